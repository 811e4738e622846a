package org.workerd.job;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What follows from an outcome. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VerdictBenchmark {
    private final Claim claim = new Claim(
            1, 1, 1, 1, 0, Instant.EPOCH, "noop", "default", 0, List.of(), null, null, null, false, null);
    private final Outcome well = new Outcome.Exited(0, null);
    private final Outcome badly = new Outcome.Exited(1, null);

    @Benchmark
    public Verdict done() {
        return Verdict.of(well, claim, JobPolicy.DEFAULT, Instant.EPOCH, 0.5);
    }

    @Benchmark
    public Verdict retry() {
        return Verdict.of(badly, claim, JobPolicy.DEFAULT, Instant.EPOCH, 0.5);
    }
}
