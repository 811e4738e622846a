package org.workerd.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.Moves;

/** blocked, scheduled, retrying and ready → cancelled at once; what runs is only asked to end. */
final class SqliteCancels {
    private final Statements statements;
    private final Tallies tallies;

    SqliteCancels(Statements statements, Tallies tallies) {
        this.statements = statements;
        this.tallies = tallies;
    }

    private record Waiting(long lane, int attempt, int forgiven, JobState state) {}

    private static final String LEAVE_BLOCKED = "delete from blocked where id = ? returning lane, attempt, forgiven";

    private static final String LEAVE_SCHEDULED =
            "delete from scheduled where id = ? returning lane, attempt, forgiven, retrying";

    private static final String LEAVE_READY =
            """
            delete from ready
            where id = ?1
              and priority = (select priority from jobs where id = ?1)
              and lane = (select lanes.id from jobs
                join lanes on lanes.queue = jobs.queue and lanes.name = jobs.name where jobs.id = ?1)
            returning lane, attempt, forgiven
            """;

    private Optional<Waiting> leave(long id) {
        Optional<Waiting> ready = statements.first(LEAVE_READY, row -> waiting(row, JobState.READY), id);
        if (ready.isPresent()) {
            return ready;
        }
        Optional<Waiting> blocked = statements.first(LEAVE_BLOCKED, row -> waiting(row, JobState.BLOCKED), id);
        return blocked.isPresent()
                ? blocked
                : statements.first(
                        LEAVE_SCHEDULED,
                        row -> waiting(row, row.getBoolean(4) ? JobState.RETRYING : JobState.SCHEDULED),
                        id);
    }

    private static Waiting waiting(ResultSet row, JobState state) throws SQLException {
        return new Waiting(row.getLong(1), row.getInt(2), row.getInt(3), state);
    }

    private static final String ENTER_FINISHED =
            """
            insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
            values (?1, ?2, 'cancelled', ?3, ?4,
              (select started_at from attempts where id = ?1 order by number desc limit 1), ?5, ?6)
            """;

    /** False: it does not wait. */
    boolean cancel(long id, String reason, long now) {
        Optional<Waiting> left = leave(id);
        if (left.isEmpty()) {
            return false;
        }
        Waiting job = left.get();
        statements.update(ENTER_FINISHED, id, job.lane(), job.attempt(), job.forgiven(), now, reason);
        tallies.move(job.lane(), job.state(), JobState.CANCELLED);
        settle(id);
        return true;
    }

    private static final String FREE_KEY =
            "delete from keys where id = ?1 and key = (select key from jobs where id = ?1)";

    private static final String TELL_DEPENDENTS =
            "update blocked set open = -1 where id in (select child from edges where parent = ?)";

    /** The job is cancelled: its key is free, those that wait for it follow in the next promotion. */
    void settle(long id) {
        statements.update(FREE_KEY, id);
        statements.update(TELL_DEPENDENTS, id);
    }

    private static final String REQUEST =
            "insert into cancellations (id, requested_at, reason) select id, ?2, ?3 from running where id = ?1";

    private static final String RUNS = "select exists (select 1 from running where id = ?)";

    /** The first reason stands. False: it does not run. */
    boolean request(long id, String reason, long now) {
        statements.update(REQUEST, id, now, reason);
        return statements.number(RUNS, id) == 1;
    }

    private static final String REQUESTS =
            """
            select c.id, substr(c.reason, 1, 1000) as reason, r.token
            from cancellations c left join running r on r.id = c.id
            order by c.id
            """;

    List<Moves.Cancellation> requests() {
        return statements.list(
                REQUESTS,
                row -> new Moves.Cancellation(
                        row.getLong("id"), row.getString("reason"), Columns.number(row, "token")));
    }

    private static final String FORGET = "delete from cancellations where id = ?";

    boolean forget(long id) {
        return statements.update(FORGET, id) == 1;
    }
}
