package org.workerd.store.sqlite;

import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.store.Moves.Hindrance;

/** dead and cancelled → ready or blocked, when somebody wants it tried again. The view {@code retries} does it all. */
final class SqliteRevivals {
    private final Statements statements;

    SqliteRevivals(Statements statements) {
        this.statements = statements;
    }

    /** In the words of the trigger, which refuses the same. */
    private static final String MAY_BE_RETRIED =
            """
            select exists (select 1 from finished where id = ?1 and state in ('dead', 'cancelled'))
              and not exists (select 1 from jobs join keys on keys.key = jobs.key where jobs.id = ?1)
              and (?2 or not exists (select 1 from waits where child = ?1 and state <> 'unfinished'))
            """;

    private static final String RETRY = "insert into retries (id, force) values (?, ?)";

    /** All attempts so far are forgiven, so it has as many ahead as a new job. */
    boolean retry(long id, boolean force) {
        if (statements.number(MAY_BE_RETRIED, id, force) == 0) {
            return false;
        }
        statements.update(RETRY, id, force);
        return true;
    }

    private static final String HINDRANCES =
            """
            select parent, state, not exists (select 1 from jobs where jobs.id = waits.parent)
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
            "select keys.id from jobs join keys on keys.key = jobs.key where jobs.id = ?1 and keys.id <> ?1";

    Optional<Long> holderOfKey(long id) {
        return statements.first(HOLDER_OF_KEY, row -> row.getLong(1), id);
    }
}
