package org.workerd.store.sqlite;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.store.Columns;

/** scheduled, retrying and blocked → ready: what it costs depends on what is due, not on what waits. */
final class SqlitePromotions {
    private final Statements statements;
    private final Tallies tallies;
    private final SqliteReady ready;
    private final SqliteCancels cancels;

    SqlitePromotions(Statements statements, Tallies tallies, SqliteCancels cancels) {
        this.statements = statements;
        this.tallies = tallies;
        this.ready = new SqliteReady(statements, tallies);
        this.cancels = cancels;
    }

    int promote(long now, int most) {
        return promoteDue(now, most) + promoteUnblocked(now, most);
    }

    private record Due(long id, long lane, long priority, int attempt, int forgiven, boolean retrying, boolean isJob) {}

    private static final String LEAVE_SCHEDULED =
            """
            delete from scheduled
            where id in (select id from scheduled where run_at <= ? order by run_at limit ?)
            returning id, lane, priority, attempt, forgiven, retrying,
              exists (select 1 from jobs where jobs.id = scheduled.id)
            """;

    private int promoteDue(long now, int most) {
        List<Due> due = statements.list(
                LEAVE_SCHEDULED,
                row -> new Due(
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getInt(4),
                        row.getInt(5),
                        row.getBoolean(6),
                        row.getBoolean(7)),
                now,
                most);
        for (Due job : due) {
            if (!job.isJob()) {
                // Only another program can have written it; it is gone now.
                continue;
            }
            ready.enter(
                    new SqliteReady.Entry(job.lane(), job.priority(), job.id(), job.attempt(), job.forgiven()),
                    job.retrying() ? JobState.RETRYING : JobState.SCHEDULED);
        }
        return due.size();
    }

    private record Unblocked(
            long id,
            long lane,
            boolean inVain,
            int attempt,
            int forgiven,
            @Nullable Long priority,
            @Nullable Long runAt) {}

    private static final String LEAVE_BLOCKED =
            """
            delete from blocked
            where id in (select id from blocked where open <= 0 order by id limit ?)
            returning id, lane, open < 0, attempt, forgiven,
              (select priority from jobs where jobs.id = blocked.id) as priority,
              (select run_at from jobs where jobs.id = blocked.id) as run_at
            """;

    private static final String ENTER_SCHEDULED =
            """
            insert into scheduled (id, run_at, lane, priority, attempt, forgiven, retrying)
            values (?, ?, ?, ?, ?, ?, 0)
            """;

    private int promoteUnblocked(long now, int most) {
        List<Unblocked> freed = statements.list(
                LEAVE_BLOCKED,
                row -> new Unblocked(
                        row.getLong(1),
                        row.getLong(2),
                        row.getBoolean(3),
                        row.getInt(4),
                        row.getInt(5),
                        Columns.number(row, "priority"),
                        Columns.number(row, "run_at")),
                most);
        for (Unblocked job : freed) {
            Long priority = job.priority();
            if (priority == null) {
                continue;
            }
            if (job.inVain()) {
                cancel(job, now);
            } else if (job.runAt() != null && job.runAt() > now) {
                statements.update(
                        ENTER_SCHEDULED, job.id(), job.runAt(), job.lane(), priority, job.attempt(), job.forgiven());
                tallies.move(job.lane(), JobState.BLOCKED, JobState.SCHEDULED);
            } else {
                ready.enter(
                        new SqliteReady.Entry(job.lane(), priority, job.id(), job.attempt(), job.forgiven()),
                        JobState.BLOCKED);
            }
        }
        return freed.size();
    }

    private static final String CANCEL =
            """
            insert or ignore into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
            values (?1, ?2, 'cancelled', ?3, ?4,
              (select started_at from attempts where id = ?1 order by number desc limit 1), ?5,
              coalesce(
                (select 'job ' || parent || ', which this one waited for, is ' || state from waits
                  where child = ?1 and state <> 'unfinished' order by parent limit 1),
                'a job that this one waited for did not end well'))
            """;

    /** Those that wait for this one follow in the next promotion. */
    private void cancel(Unblocked job, long now) {
        statements.update(CANCEL, job.id(), job.lane(), job.attempt(), job.forgiven(), now);
        tallies.move(job.lane(), JobState.BLOCKED, JobState.CANCELLED);
        cancels.settle(job.id());
    }

    private static final String NEXT_DUE =
            """
            select case
              when exists (select 1 from blocked where open <= 0) then 0
              else (select min(run_at) from scheduled)
            end
            """;

    Optional<Instant> nextDue() {
        return statements
                .first(NEXT_DUE, row -> {
                    long millis = row.getLong(1);
                    return row.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(millis));
                })
                .flatMap(due -> due);
    }
}
