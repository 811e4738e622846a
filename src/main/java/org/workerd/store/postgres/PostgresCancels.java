package org.workerd.store.postgres;

import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** blocked, scheduled, retrying and ready → cancelled at once; what runs is only asked to end. */
final class PostgresCancels {
    /** Others may move a job from place to place while it is looked for, but not for ever. */
    private static final int MOST_TRIES = 100;

    private final Statements statements;
    private final TurnQueries turn;
    private final PostgresTallies tallies;
    private final PostgresEnds ends;

    PostgresCancels(Statements statements, TurnQueries turn, PostgresTallies tallies) {
        this.statements = statements;
        this.turn = turn;
        this.tallies = tallies;
        this.ends = new PostgresEnds(statements);
    }

    /** All places as they are at one moment. */
    private static final String STATE = "select state from job_status where id = ?";

    private static final String LEAVE_BLOCKED =
            """
            with gone as (delete from blocked where id = ? returning id, lane, attempt, forgiven)
            insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
            select id, lane, 'cancelled', attempt, forgiven,
              (select started_at from attempts where attempts.id = gone.id order by number desc limit 1), ?, ?
            from gone
            """;

    private static final String LEAVE_SCHEDULED =
            """
            with gone as (delete from scheduled where id = ? returning id, lane, attempt, forgiven)
            insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
            select id, lane, 'cancelled', attempt, forgiven,
              (select started_at from attempts where attempts.id = gone.id order by number desc limit 1), ?, ?
            from gone
            """;

    private static final String LEAVE_READY =
            """
            with gone as (
              delete from ready using jobs
              where jobs.id = ? and ready.lane = lane_of(queue, name) and rank = -priority and ready.id = jobs.id
              returning ready.id, ready.lane, attempt, forgiven)
            insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
            select id, lane, 'cancelled', attempt, forgiven,
              (select started_at from attempts where attempts.id = gone.id order by number desc limit 1), ?, ?
            from gone
            """;

    private static final String QUEUE = "select queue from jobs where id = ?";

    /** False: it does not wait. */
    boolean cancel(long id, String reason, long now) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Optional<String> leave = statement(id);
            if (leave.isEmpty()) {
                return false;
            }
            if (statements.update(leave.get(), id, now, PostgresText.shown(reason)) == 1) {
                statements
                        .first(QUEUE, row -> row.getString(1), id)
                        .ifPresent(queue -> tallies.ended(queue, JobState.CANCELLED));
                ends.freeKeys(List.of(id));
                ends.tellDependents(List.of(id));
                return true;
            }
            // Somebody moved it on between the two.
        }
        throw new StoreException(
                StoreException.Kind.LOCKED, "cannot cancel job " + id + ": others keep moving it; try again");
    }

    /** By which it leaves where it waits; empty: it does not wait. */
    private Optional<String> statement(long id) {
        return statements
                .first(STATE, row -> Columns.stateOf(row.getString(1)), id)
                .flatMap(state -> switch (state) {
                    case BLOCKED -> Optional.of(LEAVE_BLOCKED);
                    case SCHEDULED, RETRYING -> Optional.of(LEAVE_SCHEDULED);
                    case READY -> Optional.of(LEAVE_READY);
                    case RUNNING, DONE, DEAD, CANCELLED -> Optional.empty();
                });
    }

    private static final String REQUEST =
            """
            insert into cancellations (id, requested_at, reason)
            select id, ?, ? from running where id = ?
            on conflict (id) do nothing
            """;

    private static final String RUNS = "select exists (select from running where id = ?)";

    /** The first reason stands. False: it does not run. */
    boolean request(long id, String reason, long now) {
        statements.update(REQUEST, now, PostgresText.shown(reason), id);
        return statements.holds(RUNS, id);
    }

    private static final String REQUESTS =
            """
            select cancellations.id, reason, token
            from cancellations left join running on running.id = cancellations.id
            order by cancellations.id
            """;

    List<Moves.Cancellation> requests() {
        if (!turn.work().cancellations()) {
            return List.of();
        }
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
