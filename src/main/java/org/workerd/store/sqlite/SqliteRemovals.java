package org.workerd.store.sqlite;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.job.Retention;
import org.workerd.store.Moves.Pruned;
import org.workerd.store.Moves.Removed;

/** Jobs that have ended leave the queue; a trigger takes everything that belongs to them along. */
final class SqliteRemovals {
    /** So many rows are looked at for each that may be removed. */
    private static final int LOOKED_AT = 10;

    private final Statements statements;

    SqliteRemovals(Statements statements) {
        this.statements = statements;
    }

    private static final String ENDED = "select id, attempt from finished where id = ?";

    private static final String DELETE = "delete from jobs where id = ?";

    Optional<Removed> delete(long id) {
        Optional<Removed> ended = statements.first(ENDED, row -> new Removed(row.getLong(1), row.getInt(2)), id);
        if (ended.isPresent()) {
            statements.update(DELETE, id);
        }
        return ended;
    }

    private static final String WINDOW =
            "select count(*), max(id) from (select id from finished where id > ? order by id limit ?)";

    private static final String OUTDATED =
            """
            select id, attempt from finished
            where id > ? and id <= ?
              and finished_at < case state when 'done' then ? when 'cancelled' then ? else ? end
            order by id
            limit ?
            """;

    /** Names and queues come and go, and each claim looks at all that there are. The next job makes its lane anew. */
    private static final String DELETE_EMPTY_LANES =
            """
            delete from lanes
            where (blocked, scheduled, ready, running, retrying, done, dead, cancelled) = (0, 0, 0, 0, 0, 0, 0, 0)
            """;

    private record Window(int count, long end) {}

    /** A walk over all that have ended, by id: nothing has to be kept in order of the time, which all would pay for. */
    Pruned prune(Retention retention, Instant now, long above, int most) {
        int looked = most * LOOKED_AT;
        Window window = statements
                .first(WINDOW, row -> new Window(row.getInt(1), row.getLong(2)), above, looked)
                .orElseThrow();
        List<Removed> outdated = statements.list(
                OUTDATED,
                row -> new Removed(row.getLong(1), row.getInt(2)),
                above,
                window.end(),
                retention.before(JobState.DONE, now).toEpochMilli(),
                retention.before(JobState.CANCELLED, now).toEpochMilli(),
                retention.before(JobState.DEAD, now).toEpochMilli(),
                most);
        if (!outdated.isEmpty()) {
            for (Removed job : outdated) {
                statements.batch(DELETE, job.id());
            }
            statements.runBatch(DELETE);
        }
        if (outdated.size() == most) {
            return new Pruned(outdated, outdated.get(most - 1).id());
        }
        if (window.count() == looked) {
            return new Pruned(outdated, window.end());
        }
        statements.update(DELETE_EMPTY_LANES);
        return new Pruned(outdated, Pruned.NOTHING_MORE);
    }

    private static final String OLDEST = "select min(id) from jobs";

    Optional<Long> oldest() {
        return statements.first(OLDEST, row -> row.getLong(1)).filter(id -> id > 0);
    }
}
