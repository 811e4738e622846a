package org.workerd.cli;

import org.workerd.ops.BatchLine;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.workerd.job.NewJob;

/** A line of {@code enqueue --batch}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchLineBenchmark {
    private final String line =
            "{\"name\":\"resize\",\"args\":[\"a.png\"],\"payload\":{\"width\":800,\"of\":\"" + "x".repeat(80) + "\"}}";

    @Benchmark
    public NewJob parse() {
        return BatchLine.parse(line, Instant.EPOCH);
    }
}
