package org.workerd.store.postgres;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.job.Retention;
import org.workerd.store.Moves.Pruned;
import org.workerd.store.Moves.Removed;

/** Jobs that have ended leave the queue; a trigger takes everything that belongs to them along. */
final class PostgresRemovals {
    /** So many rows are looked at for each that may be removed. */
    private static final int LOOKED_AT = 10;

    private final Statements statements;

    PostgresRemovals(Statements statements) {
        this.statements = statements;
    }

    /** From here on nobody retries it, and nobody enqueues another job after it. */
    private static final String LOCK = "select id from jobs where id = ? for update";

    Optional<Removed> delete(long id) {
        statements.first(LOCK, row -> row.getLong(1), id);
        return delete(new Long[] {id}).stream().findFirst();
    }

    private static final String ENDED = "select id, attempt from finished where id = any(?::bigint[]) order by id";

    private static final String DELETE = "delete from jobs where id = any(?::bigint[])";

    /** Those of these that have ended; all are locked. */
    private List<Removed> delete(Long[] ids) {
        List<Removed> ended = statements.list(ENDED, row -> new Removed(row.getLong(1), row.getInt(2)), (Object) ids);
        if (!ended.isEmpty()) {
            statements.update(DELETE, (Object) ended.stream().map(Removed::id).toArray(Long[]::new));
        }
        return ended;
    }

    private static final String WINDOW =
            "select count(*), max(id) from (select id from finished where id > ? order by id limit ?) as ended";

    /** What somebody else works on stays for the next walk. */
    private static final String LOCK_OUTDATED =
            """
            select jobs.id from finished join jobs on jobs.id = finished.id
            where finished.id > ? and finished.id <= ?
              and finished_at < case state when 'done' then ?::bigint when 'cancelled' then ?::bigint else ?::bigint end
            order by finished.id
            limit ?
            for update of jobs skip locked
            """;

    private record Window(int count, long end) {}

    /** A walk over all that have ended, by id: nothing has to be kept in order of the time, which all would pay for. */
    Pruned prune(Retention retention, Instant now, long above, int most) {
        int looked = most * LOOKED_AT;
        Window window = statements
                .first(WINDOW, row -> new Window(row.getInt(1), row.getLong(2)), above, looked)
                .orElseThrow();
        List<Long> outdated = statements.list(
                LOCK_OUTDATED,
                row -> row.getLong(1),
                above,
                window.end(),
                retention.before(JobState.DONE, now).toEpochMilli(),
                retention.before(JobState.CANCELLED, now).toEpochMilli(),
                retention.before(JobState.DEAD, now).toEpochMilli(),
                most);
        List<Removed> removed = outdated.isEmpty() ? List.of() : delete(outdated.toArray(Long[]::new));
        if (outdated.size() == most) {
            return new Pruned(removed, outdated.get(most - 1));
        }
        return new Pruned(removed, window.count() < looked ? Pruned.NOTHING_MORE : window.end());
    }

    private static final String OLDEST = "select id from jobs order by id limit 1";

    Optional<Long> oldest() {
        return statements.first(OLDEST, row -> row.getLong(1));
    }
}
