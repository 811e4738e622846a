package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;
import org.workerd.store.StoreFixture;

/** What the machine does to a queue. */
class SqliteTroubleTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
    private static final Duration PATIENCE = Duration.ofMillis(300);

    @TempDir
    Path directory;

    @Test
    void aLockThatIsNotFreedInTimeChangesNothing() throws Exception {
        Path file = directory.resolve("queue.db");
        try (JobStore store = new SqliteDatabase(file, PATIENCE).openOrCreate();
                Sql other = Sql.open(file)) {
            enqueue(store, "x");
            other.run("begin immediate");
            long begun = System.nanoTime();
            failsWith(Kind.LOCKED, "another process keeps it locked", () -> enqueue(store, "x"));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(PATIENCE, PATIENCE.multipliedBy(10));
            assertThat(counts(store)).isEqualTo(Map.of(JobState.READY, 1L));
            other.run("insert into jobs(name) values ('theirs')");
            other.run("commit");
            enqueue(store, "x");
            assertThat(counts(store)).isEqualTo(Map.of(JobState.READY, 3L));
        }
    }

    @Test
    void aLockedQueueCanBeReadAndOpened() throws Exception {
        Path file = directory.resolve("queue.db");
        try (JobStore store = new SqliteDatabase(file, PATIENCE).openOrCreate();
                Sql other = Sql.open(file)) {
            enqueue(store, "x");
            other.run("begin immediate");
            try (JobQueries queries = new SqliteDatabase(file, PATIENCE).openForReading()) {
                assertThat(queries.find(1)).isPresent();
            }
            other.run("rollback");
        }
    }

    /** A crash between the first page and the last: the file says that it is longer than it is, the log knows more. */
    @Test
    void aCheckpointThatWasCutShortIsRecovered() throws Exception {
        Path origin = Files.createDirectory(directory.resolve("origin")).resolve("queue.db");
        Path copy = directory.resolve("queue.db");
        try (JobStore store = new SqliteDatabase(origin, PATIENCE).openOrCreate()) {
            enqueue(store, "x".repeat(1 << 20));
            Files.copy(origin, copy);
            Files.copy(Path.of(origin + "-wal"), Path.of(copy + "-wal"));
        }
        byte[] firstPage = new byte[4096];
        try (RandomAccessFile whole = new RandomAccessFile(origin.toFile(), "r");
                RandomAccessFile cut = new RandomAccessFile(copy.toFile(), "rw")) {
            whole.readFully(firstPage);
            cut.write(firstPage);
            assertThat(cut.length()).isLessThan(whole.length());
        }
        try (JobStore store = new SqliteDatabase(copy, PATIENCE).openOrCreate()) {
            assertThat(counts(store)).isEqualTo(Map.of(JobState.READY, 1L));
        }
        new SqliteDatabase(copy, PATIENCE).check();
    }

    @Test
    void aFullDiskLosesNothingAndPassesWhenThereIsSpaceAgain() throws Exception {
        assumeTrue(Tool.isRoot(), "only root can mount a small file system");
        Tool.Answer mounted = Tool.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", directory.toString());
        assertThat(mounted.exitCode() == 0 || !Tool.isCi())
                .as("CI can mount: %s", mounted.output())
                .isTrue();
        assumeTrue(mounted.exitCode() == 0, "cannot mount: " + mounted.output());
        try (JobStore store = new SqliteDatabase(directory.resolve("queue.db"), PATIENCE).openOrCreate()) {
            fillAndRecover(store);
        } finally {
            assertThat(Tool.run("umount", directory.toString()).exitCode()).isZero();
        }
    }

    private void fillAndRecover(JobStore store) throws Exception {
        enqueue(store, "x");
        Claim claim = store.transaction(
                        moves -> moves.claim(moves.register(1, "here", 1, NOW), moves.lanesWithReady(), 1, NOW))
                .get(0);
        long[] stored = {0};
        failsWith(Kind.DISK, "the disk is full", () -> {
            while (stored[0] < 1_000) {
                enqueue(store, "x".repeat(100_000));
                stored[0]++;
            }
        });
        assertThat(counts(store)).isEqualTo(Map.of(JobState.RUNNING, 1L, JobState.READY, stored[0]));
        // The first of two moves would have fitted.
        failsWith(Kind.DISK, "the disk is full", () -> finishAndEnqueue(store, claim));
        assertThat(counts(store)).isEqualTo(Map.of(JobState.RUNNING, 1L, JobState.READY, stored[0]));
        Tool.run("mount", "-o", "remount,size=16m", directory.toString());
        finishAndEnqueue(store, claim);
        assertThat(counts(store)).isEqualTo(Map.of(JobState.DONE, 1L, JobState.READY, stored[0] + 1));
    }

    private static void finishAndEnqueue(JobStore store, Claim claim) {
        store.transaction(moves -> {
            assertThat(moves.finish(claim, StoreFixture.done(), 1, NOW)).isTrue();
            return moves.enqueue(job("x".repeat(1_000_000)));
        });
    }

    @Test
    void whatMayNotBeReadOrWrittenIsNotPermitted() throws Exception {
        assumeFalse(Tool.isRoot(), "root may do everything");
        Path file = directory.resolve("queue.db");
        new SqliteDatabase(file, PATIENCE).openOrCreate().close();
        for (String mode : List.of("---------", "r--r--r--", "-w--w--w-")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            failsWith(Kind.NOT_PERMITTED, "permission denied", () -> new SqliteDatabase(file, PATIENCE).open());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        for (String mode : List.of("r-xr-xr-x", "---------")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
            Path other = directory.resolve("other.db");
            failsWith(
                    Kind.NOT_PERMITTED, "permission denied", () -> new SqliteDatabase(other, PATIENCE).openOrCreate());
        }
        // The directory that may not be entered: whether there is a queue in it, nobody knows.
        failsWith(Kind.NOT_PERMITTED, "permission denied", () -> new SqliteDatabase(file, PATIENCE).openForReading());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static void failsWith(Kind kind, String sentence, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(sentence)
                .extracting(failure -> ((StoreException) failure).kind())
                .isEqualTo(kind);
    }

    private static NewJob job(String payload) {
        return NewJob.named("resize").payload(payload).build();
    }

    private static void enqueue(JobStore store, String payload) {
        store.transaction(moves -> moves.enqueue(job(payload)));
    }

    private static Map<JobState, Long> counts(JobStore store) {
        try (JobQueries queries = store.queries()) {
            Map<JobState, Long> counts = queries.counts().get("default");
            counts.values().removeIf(count -> count == 0);
            return counts;
        }
    }
}
