package org.workerd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;

/** What a Java program may rely on, whichever engine its queue has. */
abstract class JobQueueContract {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private JobQueue queue;
    private Connection own;
    private JobStore daemon;

    /** The test's queue, which is there. */
    abstract JobQueue openQueue();

    /** A connection of the program's own to where the queue is; the names of its tables are found there. */
    abstract Connection connect() throws SQLException;

    abstract JobStore openStore();

    @BeforeEach
    void open() throws SQLException {
        daemon = openStore();
        queue = openQueue();
        own = connect();
        execute("create table orders (id integer primary key)");
    }

    @AfterEach
    void close() throws SQLException {
        own.close();
        queue.close();
        daemon.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = own.createStatement()) {
            statement.execute(sql);
        }
    }

    private String ask(String sql) throws SQLException {
        try (Statement statement = own.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private Claim claimOne() {
        return daemon.transaction(moves -> {
            long id = moves.register(4711, "here", 4, NOW);
            return moves.claim(id, moves.lanesWithReady(), 1, NOW).get(0);
        });
    }

    private void finish(Verdict verdict) {
        Claim claim = claimOne();
        assertThat(daemon.<Boolean>transaction(moves -> moves.finish(claim, verdict, 4711, NOW.plusSeconds(5))))
                .isTrue();
    }

    private static Verdict dead() {
        return new Verdict.Dead(new Verdict.AttemptRow("failed", 3, null, "exit code 3"), null);
    }

    @Test
    void ofSeveralAllAreStoredOrNone() throws SQLException {
        assertThat(queue.enqueue(List.of(NewJob.of("a"), NewJob.of("b").withPayload("{}"))))
                .extracting(Enqueued::stored)
                .containsExactly(true, true);
        assertThatThrownBy(() ->
                        queue.enqueue(List.of(NewJob.of("c"), NewJob.of("d").withAfter(List.of(99L)))))
                .isInstanceOfSatisfying(StoreException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(StoreException.Kind.INVALID));
        assertThat(ask("select count(*) from jobs")).isEqualTo("2");
    }

    @Test
    void inTheCallersTransactionAJobIsStoredWithTheCallersOwnRowsOrNotAtAll() throws SQLException {
        own.setAutoCommit(false);
        execute("insert into orders values (1)");
        JobQueue.enqueue(own, NewJob.of("invoice"));
        own.rollback();
        assertThat(ask("select count(*) from jobs")).isEqualTo("0");
        own.commit();
        execute("insert into orders values (1)");
        Enqueued kept = JobQueue.enqueue(own, NewJob.of("invoice").withKey("1"));
        assertThat(JobQueue.enqueue(own, NewJob.of("invoice").withKey("1"))).isEqualTo(new Enqueued(kept.id(), false));
        assertThat(JobQueue.find(own, kept.id())).isPresent();
        assertThat(queue.find(kept.id())).isEmpty();
        own.commit();
        assertThat(queue.find(kept.id())).isPresent();
        assertThat(ask("select count(*) from orders")).isEqualTo("1");
    }

    @Test
    void aRefusedJobLeavesTheCallersTransactionAsItWas() throws SQLException {
        own.setAutoCommit(false);
        execute("insert into orders values (1)");
        assertThatThrownBy(() -> JobQueue.enqueue(own, NewJob.of("invoice").withAfter(List.of(99L))))
                .isInstanceOf(StoreException.class)
                .hasMessage("after must be a JSON array of the ids of jobs that exist");
        JobQueue.enqueue(own, NewJob.of("invoice"));
        own.commit();
        assertThat(ask("select (select count(*) from orders) + (select count(*) from jobs)"))
                .isEqualTo("2");
    }

    @Test
    void withoutATransactionItIsDoneAtOnce() throws SQLException {
        Enqueued stored = JobQueue.enqueue(own, NewJob.of("a"));
        assertThat(queue.find(stored.id())).isPresent();
        assertThat(JobQueue.cancel(own, stored.id(), "not needed")).isTrue();
        assertThat(queue.find(stored.id()).orElseThrow().isFinal()).isTrue();
        assertThat(JobQueue.retry(own, stored.id())).isTrue();
        assertThat(queue.find(stored.id()).orElseThrow().isFinal()).isFalse();
        assertThat(own.getAutoCommit()).isTrue();
    }

    @Test
    void anEndIsAwaitedAndWhatIsDeadIsTriedAgain() throws Exception {
        long id = queue.enqueue(NewJob.of("a")).id();
        assertThat(queue.await(id, Duration.ofMillis(5)).orElseThrow().isFinal())
                .isFalse();
        Thread runner = new Thread(() -> finish(dead()));
        runner.start();
        JobStatus ended = queue.await(id, PATIENCE).orElseThrow();
        runner.join();
        assertThat(ended.error()).contains("exit code 3");
        assertThat(queue.retry(id)).isTrue();
        assertThat(queue.retry(id)).isFalse();
        finish(new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), "42"));
        assertThat(queue.await(id, PATIENCE).orElseThrow().result()).contains("42");
        assertThat(queue.await(id + 1, PATIENCE)).isEmpty();
        assertThat(queue.cancel(id, "too late")).isFalse();
    }
}
