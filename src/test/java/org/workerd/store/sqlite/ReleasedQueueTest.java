package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;
import org.workerd.store.StoreFixture;

/** The queue that version 0.1.0 left, brought up to date. */
final class ReleasedQueueTest {
    private static final String BEFORE = "before";

    @TempDir
    Path directory;

    private Path file;
    private SqliteDatabase queue;

    @BeforeEach
    void aQueueOfTheFirstVersion() throws Exception {
        file = ReleasedQueues.write("0.1.0", directory.resolve("queue.db"));
        queue = new SqliteDatabase(file, Duration.ofSeconds(10));
    }

    private List<String> rows(String sql) throws SQLException {
        try (Sql sqlite = Sql.open(file)) {
            return sqlite.rows(sql);
        }
    }

    private TreeMap<String, List<String>> columnsThatBothHave() throws SQLException {
        TreeMap<String, List<String>> all = new TreeMap<>();
        for (String columns : List.of(
                "id, name, queue, state, priority, args, payload, run_at, attempt, key, \"after\", timeout_ms, created_at,"
                        + " started_at, finished_at, exit_code, signal, error, result, progress from job_status",
                "id, number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid from job_attempts",
                "queue, name, blocked, scheduled, ready, running, retrying, done, dead, cancelled from lanes",
                "* from cron",
                "* from pauses",
                "* from keys",
                "id, reason, requested_at from cancellations",
                "* from daemons",
                "* from revivals",
                "* from starts",
                "* from clock",
                "seq from sqlite_sequence where name = 'jobs'")) {
            all.put(columns, rows("select " + columns + " order by 1"));
        }
        return all;
    }

    @Test
    void nothingThatItHoldsIsLostOrChanged() throws Exception {
        TreeMap<String, List<String>> before = columnsThatBothHave();
        assertThat(before.values()).as("the file has some of each").noneMatch(List::isEmpty);
        Path copy = queue.migrate().orElseThrow();
        assertThat(copy).isEqualTo(directory.resolve("queue.db.schema-1"));
        assertThat(columnsThatBothHave()).isEqualTo(before);
        assertThat(rows("pragma integrity_check")).containsExactly("ok");
        try (SqliteHealth health = queue.health()) {
            assertThat(health.disagreements()).isEmpty();
            assertThat(health.version()).isEqualTo(Schema.VERSION);
        }
        file = copy;
        assertThat(rows("pragma user_version")).containsExactly("1");
        assertThat(columnsThatBothHave()).isEqualTo(before);
    }

    @Test
    void itsDeadDaemonsJobsGoOnAndWhatWaitsForThemToo() {
        queue.migrate();
        try (JobStore store = queue.open()) {
            Instant now = Instant.parse("2026-12-01T00:00:00Z");
            store.transaction(moves -> {
                for (var claim : moves.claimedBy(1)) {
                    moves.finish(claim, StoreFixture.done(), StoreFixture.PID, now);
                }
                moves.promote(now, 100);
                return moves.resume(null);
            });
            try (JobQueries queries = store.queries()) {
                assertThat(List.of(5L, 6L, 11L, 12L, 17L, 19L, 4L, 10L))
                        .extracting(id -> queries.find(id).orElseThrow().state())
                        .containsExactly(
                                JobState.DONE,
                                JobState.DONE,
                                JobState.READY,
                                JobState.READY,
                                JobState.READY,
                                JobState.BLOCKED,
                                JobState.READY,
                                JobState.SCHEDULED);
            }
            assertThat(store.transaction(moves -> moves.enqueue(NewJob.of("mail")))
                            .id())
                    .isEqualTo(21);
        }
    }

    @Test
    void theLastJobOfEachScheduleKnowsIt() throws SQLException {
        List<String> last = rows("select job, id from cron where job in (select id from jobs)");
        assertThat(last).isNotEmpty();
        queue.migrate();
        assertThat(rows("select id, cron from job_status where cron is not null"))
                .isEqualTo(last);
    }

    @Test
    void onlyADaemonBringsItUpToDate() {
        assertThatThrownBy(queue::open)
                .isInstanceOf(StoreException.class)
                .extracting(refusal -> ((StoreException) refusal).kind())
                .isEqualTo(StoreException.Kind.OUTDATED);
    }

    @Test
    void aProcessThatIsKilledInTheMiddleOfItLeavesAQueueThatTheNextOneMigrates() throws Exception {
        TreeMap<String, List<String>> before = columnsThatBothHave();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        MigratesForEver.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader()) {
            assertThat(said.readLine()).isEqualTo(BEFORE + " the commit");
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed with 9").isEqualTo(128 + 9);
        assertThat(Files.size(directory.resolve("queue.db-wal")))
                .as("half of it is in the log")
                .isGreaterThan(1 << 20);
        assertThat(columnsThatBothHave()).isEqualTo(before);
        assertThat(rows("pragma user_version")).containsExactly("1");
        assertThat(queue.migrate()).contains(directory.resolve("queue.db.schema-1.2"));
        assertThat(columnsThatBothHave()).isEqualTo(before);
        assertThat(rows("pragma integrity_check")).containsExactly("ok");
        queue.open().close();
    }

    /** All that the migration does and more than fits in memory, and then nothing any more. */
    static final class MigratesForEver {
        private MigratesForEver() {}

        public static void main(String[] args) {
            List<String> all = Schema.steps();
            List<String> steps = new AbstractList<>() {
                @Override
                public int size() {
                    return all.size() + 2;
                }

                @Override
                public String get(int index) {
                    if (index < all.size()) {
                        return all.get(index);
                    }
                    if (index == all.size()) {
                        return "create table large as with recursive n(i) as (select 1 union all select i + 1 from n"
                                + " where i < 40) select i, randomblob(1000000) from n";
                    }
                    System.out.println(BEFORE + " the commit");
                    while (true) {
                        LockSupport.park();
                    }
                }
            };
            new SqliteMigration(new SqliteDatabase(Path.of(args[0]), Duration.ofSeconds(10)), steps.size(), steps)
                    .migrate();
        }
    }
}
