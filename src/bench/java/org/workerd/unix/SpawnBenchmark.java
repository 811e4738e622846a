package org.workerd.unix;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A program started and waited for: by us, and as the JDK does it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpawnBenchmark {
    private final Spawn spawn = new Spawn(
            Path.of("/bin/true"),
            List.of("true"),
            List.of(),
            Path.of("/"),
            Spawn.Group.PROCESS_GROUP,
            List.of(Spawn.nullInput(0)));

    @Benchmark
    public Processes.End ours() {
        return Processes.reap(spawn.start());
    }

    @Benchmark
    public int jdk() throws Exception {
        return new ProcessBuilder("/bin/true").start().waitFor();
    }
}
