package org.workerd.store;

import java.sql.SQLException;
import java.util.Optional;
import org.workerd.job.JobState;

/** dead and cancelled → ready, when somebody wants it tried again. */
final class SqliteRevivals {
    private final Statements statements;
    private final SqliteReady ready;

    SqliteRevivals(Statements statements, Tallies tallies) {
        this.statements = statements;
        this.ready = new SqliteReady(statements, tallies);
    }

    private record Ended(long lane, JobState state, int attempt, long priority) {}

    private static final String LEAVE_FINISHED =
            """
            delete from finished
            where id = ?
              and state in ('dead', 'cancelled')
              and not exists (select 1 from jobs join keys on keys.key = jobs.key where jobs.id = finished.id)
            returning lane, state, attempt, (select priority from jobs where jobs.id = finished.id)
            """;

    private static final String TAKE_KEY =
            "insert into keys (key, id) select key, id from jobs where id = ? and key is not null";

    private static final String REMEMBER =
            "insert into revivals (id, attempt) values (?, ?) on conflict (id) do update set attempt = excluded.attempt";

    /** All attempts so far are forgiven, so it has as many ahead as a new job. False: it is neither, or its key is taken. */
    boolean retry(long id) throws SQLException {
        Optional<Ended> left = statements.first(
                LEAVE_FINISHED,
                row -> new Ended(row.getLong(1), SqliteMoves.stateOf(row.getString(2)), row.getInt(3), row.getLong(4)),
                id);
        if (left.isEmpty()) {
            return false;
        }
        Ended job = left.get();
        statements.update(TAKE_KEY, id);
        statements.update(REMEMBER, id, job.attempt());
        ready.enter(new SqliteReady.Entry(job.lane(), job.priority(), id, job.attempt(), job.attempt()), job.state());
        return true;
    }

    private static final String HOLDER_OF_KEY =
            "select keys.id from jobs join keys on keys.key = jobs.key where jobs.id = ?1 and keys.id <> ?1";

    Optional<Long> holderOfKey(long id) throws SQLException {
        return statements.first(HOLDER_OF_KEY, row -> row.getLong(1), id);
    }
}
