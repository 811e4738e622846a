package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;
import org.workerd.store.StoreFixture;

/** What servers, other sessions and odd texts do to a store. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PostgresTroubleTest {
    private final TestQueue queue = new TestQueue();
    private final JobStore store = queue.database().openOrCreate();

    @AfterEach
    void end() {
        store.close();
        Soundness.check(queue);
    }

    private long enqueue(String name) {
        return store.transaction(moves -> moves.enqueue(NewJob.of(name))).id();
    }

    private static void failsWith(Kind kind, String sentence, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(sentence)
                .extracting(failure -> ((StoreException) failure).kind())
                .isEqualTo(kind);
    }

    @Test
    void aStoreWhoseSessionsWereEndedOpensOthers() throws SQLException {
        enqueue("a");
        assertThat(queue.rows(
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'workerd'"))
                .isNotEmpty();
        failsWith(Kind.UNREACHABLE, "terminating connection", () -> enqueue("a"));
        assertThat(enqueue("a")).isPositive();
        try (JobQueries queries = store.queries()) {
            assertThat(queries.counts()).containsOnlyKeys("default");
        }
    }

    /** Somebody's trigger, say, that does not come to an end. */
    private void makeInsertsSlow() throws SQLException {
        queue.run(
                """
                create function dawdle() returns trigger language plpgsql as $$ begin
                  perform pg_sleep(50); return null; end $$;
                create trigger dawdle after insert on jobs execute function dawdle();
                """);
    }

    @Test
    void aTransactionThatTakesTooLongIsEnded() throws SQLException {
        makeInsertsSlow();
        store.limitTransactions(Duration.ofMillis(50));
        failsWith(Kind.OTHER, "it took too long and was ended", () -> enqueue("a"));
        failsWith(Kind.OTHER, "it took too long and was ended", () -> enqueue("a"));
        queue.run("drop function dawdle cascade");
        store.limitTransactions(Duration.ofSeconds(30));
        assertThat(enqueue("a")).isPositive();
    }

    @Test
    void alsoOneThatRunsWhenTheLimitIsSet() throws Exception {
        makeInsertsSlow();
        Thread other = new Thread(() -> {
            assertThat(queue.rows("select pg_sleep(0.2)")).hasSize(1);
            store.limitTransactions(Duration.ofMillis(1));
        });
        other.start();
        failsWith(Kind.OTHER, "it took too long and was ended", () -> enqueue("a"));
        other.join();
    }

    @Test
    void whatPostgresqlCannotStoreIsRefusedInAnEnqueueAndShownOfAnEnd() {
        NewJob nul = NewJob.named("a").payload("x\0y").build();
        failsWith(
                Kind.INVALID,
                "the payload holds the character NUL",
                () -> store.transaction(moves -> moves.enqueue(nul)));
        failsWith(
                Kind.INVALID,
                "the payload holds the character NUL",
                () -> store.transaction(moves -> moves.enqueue(List.of(nul, nul))));
        failsWith(
                Kind.INVALID,
                "the key holds the character NUL",
                () -> store.transaction(moves -> moves.enqueue(StoreFixture.keyed("\0"))));
        long id = enqueue("a");
        store.transaction(moves -> {
            var claim =
                    moves.claim(1, moves.lanesWithReady(), 1, StoreFixture.NOW).get(0);
            return moves.finish(
                    claim, new Verdict.Dead(new AttemptRow("failed", 1, null, "a\0b"), "c\0d"), 1, StoreFixture.NOW);
        });
        try (JobQueries queries = store.queries()) {
            assertThat(queries.find(id).orElseThrow().error()).isEqualTo("a\ufffdb");
            assertThat(queries.find(id).orElseThrow().result()).isEqualTo("c\ufffdd");
        }
    }

    /** As in SQLite, sentence for sentence as far as a name may be long. */
    @Test
    void otherProgramsAreToldWhatIsWrong() {
        isRefused("insert into jobs (name) values ('-a')", "name must be 1 to 128 of A-Z a-z 0-9 . _ -");
        isRefused("insert into jobs (name) values (E'a\\n')", "name must be 1 to 128 of A-Z a-z 0-9 . _ -");
        isRefused("insert into jobs (name) values ('é')", "name must be 1 to 128 of A-Z a-z 0-9 . _ -");
        isRefused("insert into jobs (name) values (repeat('a', 129))", "name must be 1 to 128 of A-Z a-z 0-9 . _ -");
        isRefused("insert into jobs (name) values ('a b')", "name must be 1 to 128 of A-Z a-z 0-9 . _ -");
        isRefused("insert into jobs (name, queue) values ('a', '')", "queue must be 1 to 128 of A-Z");
        isRefused("insert into jobs (name, args) values ('a', '[1]')", "args must be a JSON array of strings");
        isRefused(
                "insert into jobs (name, args) values ('a', '[\"\\u0000\"]')", "args must be a JSON array of strings");
        isRefused("insert into jobs (name, run_at) values ('a', 1795952943)", "run_at must be milliseconds");
        isRefused("insert into jobs (name, \"after\") values ('a', '[7]')", "after must be a JSON array of the ids");
        isRefused("insert into jobs (name, \"after\") values ('a', '[1]')", "after must be a JSON array of the ids");
        isRefused("insert into jobs (name, \"after\") values ('a', 'x')", "after must be a JSON array of the ids");
        isRefused(
                "insert into jobs (id, name) values (7, 'a')", "cannot insert a non-DEFAULT value into column \"id\"");
        isRefused(
                "insert into jobs (name, payload) values ('a', repeat('x', 1048577))", "payload must be at most 1 MiB");
        long id = enqueue("a");
        isRefused("update jobs set name = 'b'", "jobs are written once: cancel the job and enqueue another");
        isRefused("delete from jobs", "this job has not ended: cancel it first");
        isRefused(
                "insert into retries (id) values (" + id + ")", "only jobs that are dead or cancelled can be retried");
        isRefused("insert into cancellations (id) values (99)", "there is no job with this id");
        assertThat(queue.rows("select state from job_status")).containsExactly("ready");
    }

    private void isRefused(String sql, String sentence) {
        assertThatThrownBy(() -> queue.run(sql)).hasMessageContaining(sentence);
    }

    @Test
    void otherProgramsCancelRetryAndDelete() throws SQLException {
        long id = enqueue("a");
        queue.run("insert into cancellations (id) values (" + id + ")");
        queue.run("insert into cancellations (id, reason) values (" + id + ", 'again')");
        assertThat(store.transaction(Moves::cancellations))
                .containsExactly(new Moves.Cancellation(id, "cancelled by SQL", null));
        store.transaction(moves -> moves.cancel(id, "by SQL", StoreFixture.NOW));
        queue.run("insert into retries (id) values (" + id + ")");
        assertThat(queue.rows("select state from job_status")).containsExactly("ready");
        store.transaction(moves -> moves.cancel(id, "by SQL", StoreFixture.NOW));
        queue.run("delete from jobs");
        assertThat(queue.rows("select id from jobs")).isEmpty();
    }

    @Test
    void whatAJobWaitsForIsSeenByOtherPrograms() throws SQLException {
        long parent = enqueue("a");
        queue.run("insert into jobs (name, \"after\") values ('b', '[" + parent + "]')");
        queue.run("insert into jobs (name, run_at) values ('c', 253402300799999)");
        queue.run("insert into jobs (name, queue) values ('d', 'mail')");
        String waits =
                """
                select coalesce(waits_for::json ->> 'reason' || ': ' || (waits_for::json ->> 'detail')
                  || coalesce(' until ' || (waits_for::json ->> 'until'), ''), '') from job_status order by id
                """;
        String inTime = "time: it is not due yet until 253402300799999";
        assertThat(queue.rows(waits)).containsExactly("", "after: job 1 is not done", inTime, "");
        store.transaction(moves -> moves.pause("mail", StoreFixture.NOW));
        assertThat(queue.rows(waits))
                .containsExactly("", "after: job 1 is not done", inTime, "paused: the queue mail is paused");
        store.transaction(moves -> moves.pause(null, StoreFixture.NOW));
        assertThat(queue.rows(waits))
                .containsExactly(
                        "paused: all queues are paused",
                        "after: job 1 is not done",
                        inTime,
                        "paused: all queues are paused");
    }

    /** In one transaction, which is not committed. */
    private void onOneConnection(Consumer<Statements> work) {
        Connection connection = queue.database().connectToWrite();
        try (Statements statements =
                new Statements(connection, failure -> queue.database().translate("cannot read", failure))) {
            work.accept(statements);
        } finally {
            queue.database().close(connection);
        }
    }

    private static final String ROWS_READ =
            """
            select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables
            where relname = 'ready' and schemaname = current_schema()
            """;

    /** Whatever the planner makes of tables of which it has no statistics. */
    @Test
    void aClaimReadsWhatItClaimsAndNotWhatWaits() {
        for (int i = 0; i < 10; i++) {
            store.transaction(moves -> moves.enqueue(Collections.nCopies(2_000, NewJob.of("a"))));
        }
        onOneConnection(statements -> {
            Moves moves = new PostgresMoves(statements);
            Moves.Most most = new Moves.Most(100, 1L << 30);
            assertThat(moves.claim(1, moves.lanesWithReady(), Limits.NONE, most, StoreFixture.NOW))
                    .hasSize(100);
            assertThat(statements.number(ROWS_READ)).isLessThan(1_000);
        });
    }

    @Test
    void whatIsClaimedByADaemonWhoseRowSomebodyRemovedIsADeadDaemons() throws SQLException {
        enqueue("a");
        long daemon = store.transaction(moves -> moves.register(7, "host", 1, StoreFixture.NOW));
        store.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 1, StoreFixture.NOW));
        queue.run("delete from daemons");
        assertThat(store.transaction(Moves::daemons)).extracting(DaemonRow::id).containsExactly(daemon);
    }

    private static final String RUNNING_READ =
            """
            select coalesce(idx_tup_fetch, 0) + seq_tup_read from pg_stat_xact_user_tables
            where relname = 'running' and schemaname = current_schema()
            """;

    @Test
    void whoElseThereIsCostsNoLookAtAllThatRunsEachTime() {
        store.transaction(moves -> moves.enqueue(Collections.nCopies(500, NewJob.of("a"))));
        store.transaction(moves -> moves.claim(1, moves.lanesWithReady(), 500, StoreFixture.NOW));
        onOneConnection(statements -> {
            Moves moves = new PostgresMoves(statements);
            for (int i = 0; i < 100; i++) {
                assertThat(moves.daemons()).hasSize(1);
            }
            assertThat(statements.number(RUNNING_READ)).isLessThan(50_000);
        });
    }

    /** From another machine each statement is a round trip. */
    @Test
    void aTurnWithNothingToDoIsFewStatements() {
        onOneConnection(statements -> {
            PostgresMoves moves = new PostgresMoves(statements);
            look(moves);
            long before = statements.count();
            look(moves);
            // On a slow machine it also asks whether the search was slow for want of time.
            assertThat(statements.count() - before).isBetween(3L, 4L);
        });
    }

    /** What a daemon that has nothing to do asks in a turn. */
    private static void look(PostgresMoves moves) {
        assertThat(moves.cancellations()).isEmpty();
        assertThat(moves.promote(StoreFixture.NOW, 500)).isZero();
        assertThat(moves.alarmLanesWithReady()).isEmpty();
        assertThat(moves.lanesWithReady()).isEmpty();
        assertThat(moves.daemons()).isEmpty();
        assertThat(moves.nextDue()).isEmpty();
        assertThat(moves.number()).isEmpty();
        moves.ended(true);
    }
}
