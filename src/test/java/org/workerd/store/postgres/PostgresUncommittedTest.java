package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.StoreFixture;

/** An application enqueues in a transaction of its own, which stays open while daemons go on. */
class PostgresUncommittedTest {
    private static final Instant NOW = StoreFixture.NOW;

    private final TestQueue queue = new TestQueue();
    private final JobStore store = queue.database(Duration.ofSeconds(1)).openOrCreate();
    private final JobStore other = queue.database(Duration.ofSeconds(1)).openOrCreate();
    private Connection application;

    @BeforeEach
    void begin() throws SQLException {
        application = queue.connect();
        application.setAutoCommit(false);
    }

    @AfterEach
    void end() throws SQLException {
        application.close();
        Soundness.check(queue);
        store.close();
        other.close();
    }

    private long insert(String columns, String values) throws SQLException {
        return Long.parseLong(
                TestQueue.rows(application, "insert into jobs (" + columns + ") values (" + values + ") returning id")
                        .get(0));
    }

    private long enqueue(String name) {
        return store.transaction(moves -> moves.enqueue(NewJob.of(name))).id();
    }

    private Claim claim() {
        return store.transaction(
                        moves -> moves.claim(moves.register(1, "here", 1, NOW), moves.lanesWithReady(), 1, NOW))
                .get(0);
    }

    private static void finish(JobStore by, Claim claim) {
        by.transaction(moves -> moves.finish(claim, StoreFixture.done(), 1, NOW));
    }

    private static int promote(JobStore by) {
        return by.transaction(moves -> moves.promote(NOW, 100));
    }

    private JobState state(long id) {
        try (JobQueries queries = store.queries()) {
            return queries.find(id).orElseThrow().state();
        }
    }

    @Test
    void aJobIsThereWhenItsTransactionIsCommittedAndNeverWasWhenItIsRolledBack() throws SQLException {
        insert("name, payload", "'resize', '{\"w\":10}'");
        assertThat(store.transaction(Moves::lanesWithReady)).isEmpty();
        application.rollback();
        assertThat(queue.rows("select id from jobs")).isEmpty();
        long id = insert("name, payload", "'resize', '{\"w\":10}'");
        application.commit();
        assertThat(claim().jobId()).isEqualTo(id);
    }

    @Test
    void aChildThatIsCommittedAfterItsParentEndedIsNotForgotten() throws SQLException {
        long parent = enqueue("parent");
        Claim running = claim();
        long child = insert("name, \"after\"", "'child', '[" + parent + "]'");
        finish(store, running);
        assertThat(promote(store)).isZero();
        application.commit();
        assertThat(store.transaction(Moves::nextDue)).contains(Instant.EPOCH);
        assertThat(promote(store)).isEqualTo(1);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    void aChildIsLookedAtAgainWhileAnyTransactionMayHaveEndedItsParentUnseen() throws SQLException {
        long parent = enqueue("parent");
        Claim running = claim();
        long[] child = new long[1];
        store.transaction(moves -> {
            assertThat(moves.finish(running, StoreFixture.done(), 1, NOW)).isTrue();
            child[0] = insertAndCommit(parent);
            assertThat(promote(other)).as("the parent has not ended for others").isZero();
            assertThat(promote(other)).isZero();
            return true;
        });
        assertThat(other.transaction(Moves::nextDue)).contains(Instant.EPOCH);
        assertThat(promote(other)).isEqualTo(1);
        assertThat(state(child[0])).isEqualTo(JobState.READY);
    }

    private long insertAndCommit(long parent) {
        try {
            long child = insert("name, \"after\"", "'child', '[" + parent + "]'");
            application.commit();
            return child;
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void onceThatIsSureNothingOfItIsLookedAt() throws SQLException {
        insertAndCommit(enqueue("parent"));
        promote(store);
        promote(store);
        assertThat(queue.rows("select sure from blocked")).containsExactly("t");
    }

    @Test
    void aSnapshotFromBeforeTheParentEndedChangesNothing() throws SQLException {
        long parent = enqueue("parent");
        application.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        assertThat(TestQueue.rows(application, "select count(*) from jobs")).containsExactly("1");
        finish(store, claim());
        promote(store);
        long child = insert("name, \"after\"", "'child', '[" + parent + "]'");
        application.commit();
        assertThat(promote(store)).isEqualTo(1);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    void aParentIsKeptWhileAJobThatWaitsForItIsBeingEnqueued() throws SQLException {
        long parent = enqueue("parent");
        finish(store, claim());
        long child = insert("name, \"after\"", "'child', '[" + parent + "]'");
        Retention nothing = new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        assertThat(store.transaction(moves -> moves.prune(nothing, NOW.plusSeconds(9), 0, 10))
                        .jobs())
                .isEmpty();
        assertThatThrownBy(() -> store.transaction(moves -> moves.delete(parent)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another transaction keeps it locked");
        application.commit();
        assertThat(store.transaction(moves -> moves.delete(parent).isPresent()).booleanValue())
                .isTrue();
        promote(store);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    /** What an application inserts and does not commit must hold nobody up. */
    @Test
    void othersEnqueueClaimAndFinishMeanwhile() throws SQLException {
        for (int i = 0; i < 3; i++) {
            insert("name, run_at, key", "'a', 978307200000, 'k" + i + "'");
            insert("name", "'a'");
        }
        long id = enqueue("a");
        Claim claim = claim();
        assertThat(claim.jobId()).isEqualTo(id);
        finish(store, claim);
        assertThat(state(id)).isEqualTo(JobState.DONE);
        application.commit();
        assertThat(promote(store)).isEqualTo(3);
    }

    @Test
    void whoWantsAKeyWaitsUntilItsHolderIsCommittedOrNot() throws Exception {
        insert("name, key", "'a', 'k'");
        assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(StoreFixture.keyed("k"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another transaction keeps it locked");
        application.rollback();
        assertThat(store.transaction(moves -> moves.enqueue(StoreFixture.keyed("k")))
                        .stored())
                .isTrue();
        assertThatThrownBy(() -> insert("name, key", "'a', 'k'"))
                .hasMessageContaining("a job with this key has not ended yet");
    }

    /** Two that claim within one limit at once: who comes second passes its jobs over, waits for nobody, and looks again. */
    @Test
    void aLimitHoldsWhileAnotherClaimIsNotCommitted() {
        enqueue("one");
        enqueue("one");
        enqueue("free");
        Limits limits = new Limits(Limits.Bounds.NONE, new Limits.Bounds(Map.of("one", 1), Map.of()), Map.of());
        List<String> claimed = store.transaction(moves -> {
            assertThat(moves.claim(1, moves.lanesWithReady(), limits, Moves.Most.of(1), NOW))
                    .extracting(Claim::name)
                    .containsExactly("one");
            return other.transaction(others -> {
                List<String> names = others.claim(2, others.lanesWithReady(), limits, Moves.Most.of(5), NOW).stream()
                        .map(Claim::name)
                        .toList();
                assertThat(others.nextRoom(limits))
                        .hasValueSatisfying(soon -> assertThat(soon).isBetween(NOW, NOW.plusMillis(100)));
                return names;
            });
        });
        assertThat(claimed).containsExactly("free");
        assertThat(other.<List<Claim>>transaction(
                        moves -> moves.claim(2, moves.lanesWithReady(), limits, Moves.Most.of(5), NOW)))
                .isEmpty();
    }

    @Test
    void aJobThatAnotherDaemonIsClaimingIsPassedOver() {
        long first = enqueue("a");
        long second = enqueue("a");
        List<Long> theirs = store.transaction(moves -> {
            assertThat(moves.claim(1, moves.lanesWithReady(), 1, NOW))
                    .extracting(Claim::jobId)
                    .containsExactly(first);
            return other.transaction(others -> others.claim(2, others.lanesWithReady(), 5, NOW)).stream()
                    .map(Claim::jobId)
                    .toList();
        });
        assertThat(theirs).containsExactly(second);
    }

    @Test
    void aLaterClaimHasALargerTokenWhicheverDaemonMakesIt() {
        long id = enqueue("a");
        long early = store.transaction(moves -> moves.register(1, "here", 1, NOW));
        long late = other.transaction(moves -> moves.register(2, "there", 1, NOW));
        Claim first = other.transaction(moves -> moves.claim(late, moves.lanesWithReady(), 1, NOW))
                .get(0);
        other.transaction(moves -> moves.finish(first, new Verdict.GiveBack(null), 2, NOW));
        Claim next = store.transaction(moves -> moves.claim(early, moves.lanesWithReady(), 1, NOW))
                .get(0);
        assertThat(next.jobId()).isEqualTo(id);
        assertThat(next.token()).isGreaterThan(first.token());
    }

    /** A notification costs more than the insert: only who sleeps is sent one. */
    @Test
    void anInsertWakesADaemonThatSleepsAndNobodyElse() throws SQLException {
        try (Connection listener = queue.connect();
                Statement statement = listener.createStatement()) {
            statement.execute("listen \"" + queue.schema() + ".jobs\"");
            enqueue("a");
            assertThat(notifications(listener)).isEmpty();
            store.transaction(moves -> moves.register(1, "here", 1, NOW));
            queue.run("update daemons set asleep = true");
            enqueue("a");
            assertThat(notifications(listener)).hasSize(1);
        }
    }

    private static List<Object> notifications(Connection listener) throws SQLException {
        TestQueue.rows(listener, "select 1");
        Object[] found = listener.unwrap(PGConnection.class).getNotifications();
        return found == null ? List.of() : List.of(found);
    }
}
