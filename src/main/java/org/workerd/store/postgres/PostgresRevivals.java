package org.workerd.store.postgres;

import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.store.Moves.Hindrance;

/** dead and cancelled → ready or blocked, when somebody wants it tried again. A function of the schema does it all. */
final class PostgresRevivals {
    private final Statements statements;

    PostgresRevivals(Statements statements) {
        this.statements = statements;
    }

    private static final String RETRY = "select retry_job(?, ?) is null";

    /** All attempts so far are forgiven, so it has as many ahead as a new job. */
    boolean retry(long id, boolean force) {
        return statements.holds(RETRY, id, force);
    }

    private static final String HINDRANCES =
            """
            select parent, state, not exists (select from jobs where jobs.id = waits.parent)
            from waits
            where child = ? and state <> 'unfinished'
            order by parent
            """;

    List<Hindrance> hindrances(long id) {
        return statements.list(
                HINDRANCES,
                row -> new Hindrance(
                        row.getLong(1), JobState.ofWord(row.getString(2)).orElse(null), row.getBoolean(3)),
                id);
    }

    private static final String HOLDER_OF_KEY =
            "select keys.id from jobs join keys on keys.key = jobs.key where jobs.id = ? and keys.id <> jobs.id";

    Optional<Long> holderOfKey(long id) {
        return statements.first(HOLDER_OF_KEY, row -> row.getLong(1), id);
    }
}
