package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Lane;
import org.workerd.store.postgres.PostgresCursors.Cursor;
import org.workerd.store.postgres.PostgresCursors.SearchBudget;
import org.workerd.store.postgres.PostgresCursors.Side;

/** What a claim looks at, counted by the server, while somebody's transaction keeps it from cleaning up. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PostgresCursorsTest {
    private static final int CLAIMED = 2_000;
    /** As if a search cost so much that there is never time for another one. */
    private static final SearchBudget ONE_SEARCH = new SearchBudget(Duration.ZERO, 0, 1_000_000);

    private final TestQueue queue = new TestQueue();
    private final JobStore store = queue.database().openOrCreate();
    private final Connection connection = queue.database().connectToWrite();
    private final Statements statements =
            new Statements(connection, failure -> queue.database().translate("cannot test", failure));
    private final PostgresCursors cursors = new PostgresCursors(statements, ONE_SEARCH);

    @AfterEach
    void end() {
        statements.close();
        queue.database().close(connection);
        store.close();
        Soundness.check(queue);
    }

    private List<Long> enqueue(int count, NewJob job) {
        return store.transaction(moves -> moves.enqueue(Collections.nCopies(count, job))).stream()
                .map(stored -> stored.id())
                .toList();
    }

    /** Lets a claim begin at its cursors, in a transaction of its own. */
    private List<Cursor> look() throws SQLException {
        List<Lane> lanes = cursors.lanes(Side.ORDINARY);
        List<Cursor> found = cursors.of(lanes);
        connection.commit();
        cursors.ended(true);
        return found;
    }

    private static final String WALKED = "select pg_stat_get_xact_tuples_returned('ready_pkey'::regclass)";

    /** How many entries of the index that takes. */
    private long walked() {
        long before = statements.number(WALKED);
        List<Lane> unused = cursors.lanes(Side.ORDINARY);
        return statements.number(WALKED) - before;
    }

    @Test
    void aClaimDoesNotWalkOverWhatWasClaimedBeforeAndCannotBeCleanedUp() throws SQLException {
        List<Long> jobs = enqueue(CLAIMED + 1, NewJob.of("a"));
        try (Connection old = queue.connect();
                Statement asking = old.createStatement()) {
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            asking.execute("select from jobs limit 1");
            cancelAllBut(jobs.get(CLAIMED));
            assertThat(walked()).as("from the beginning").isGreaterThanOrEqualTo(CLAIMED);
            assertThat(walked()).as("from the cursor").isBetween(1L, 10L);
            connection.commit();
        }
    }

    private void cancelAllBut(long last) throws SQLException {
        queue.run("with gone as (delete from ready where id < " + last + " returning id, lane) insert into finished"
                + " (id, lane, state, attempt, forgiven, finished_at) select id, lane, 'done', 1, 0, 2 from gone");
        queue.run("insert into tallies (queue, done, dead, cancelled) values ('default', " + CLAIMED + ", 0, 0)");
    }

    @Test
    void aCursorFollowsWhatIsClaimedAndFindsWhatIsStoredLater() throws SQLException {
        long first = enqueue(1, NewJob.of("a")).get(0);
        assertThat(look()).extracting(Cursor::after).containsExactly(first - 1);
        cursors.claimed(look().get(0).lane(), 0, first);
        connection.commit();
        cursors.ended(true);
        assertThat(look()).isEmpty();
        long second = enqueue(1, NewJob.of("a")).get(0);
        assertThat(look()).extracting(Cursor::after).containsExactly(second - 1);
    }

    @Test
    void whatCannotBeFoundFromACursorIsLookedForAgainWithinTheTimeThatIsTold() throws SQLException {
        PostgresCursors patient = new PostgresCursors(statements, new SearchBudget(Duration.ZERO, 0, 1));
        enqueue(1, NewJob.of("a"));
        List<Lane> first = patient.lanes(Side.ORDINARY);
        assertThat(first).hasSize(1);
        assertThat(patient.untilSure()).as("all was searched").isEqualTo(Duration.ZERO);
        enqueue(1, NewJob.of("b"));
        connection.commit();
        patient.ended(true);
        while (patient.lanes(Side.ORDINARY).size() < 2) {
            assertThat(patient.untilSure()).isPositive();
            connection.commit();
            patient.ended(true);
        }
    }

    @Test
    void whatATransactionClaimedThatWasRolledBackIsFoundAgain() throws SQLException {
        long job = enqueue(1, NewJob.of("a")).get(0);
        cursors.claimed(look().get(0).lane(), 0, job);
        connection.rollback();
        cursors.ended(false);
        assertThat(look()).extracting(Cursor::after).containsExactly(job - 1);
    }
}
