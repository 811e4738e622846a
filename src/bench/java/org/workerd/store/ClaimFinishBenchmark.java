package org.workerd.store;

import org.workerd.store.sqlite.SqliteDatabase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

/** A turn of the daemon's loop: a hundred verdicts and a hundred claims in one transaction, on the disk. A score is per job. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ClaimFinishBenchmark {
    private static final int EACH = 100;
    private static final Verdict DONE = new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), null);

    private Path directory;
    private JobStore store;
    private long daemon;
    private List<Claim> claimed = List.of();

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory(Path.of("target"), "jmh-");
        store = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(1)).openOrCreate();
        daemon = store.transaction(moves -> moves.register(1, "localhost", EACH, Instant.EPOCH));
    }

    @Setup(Level.Invocation)
    public void enqueue() {
        NewJob job = NewJob.of("noop").withPayload("x".repeat(100));
        store.transaction(moves -> {
            for (int i = 0; i < EACH; i++) {
                moves.enqueue(job);
            }
            return true;
        });
    }

    @Benchmark
    @OperationsPerInvocation(EACH)
    public int turn() {
        claimed = store.transaction(moves -> {
            moves.finish(
                    claimed.stream()
                            .map(claim -> new Moves.Finish(claim, DONE, Instant.EPOCH))
                            .toList(),
                    1);
            return moves.claim(daemon, moves.lanesWithReady(), EACH, Instant.EPOCH);
        });
        return claimed.size();
    }

    @TearDown
    public void remove() throws IOException {
        store.close();
        for (String name : List.of("queue.db", "queue.db-wal", "queue.db-shm")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }
}
