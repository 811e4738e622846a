package org.workerd.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.workerd.job.JobState;

/** scheduled, retrying and blocked → ready: what it costs depends on what is due, not on what waits. */
final class PostgresPromotions {
    private final Statements statements;
    private final TurnQueries turn;
    private final PostgresTallies tallies;
    private final PostgresEnds ends;

    PostgresPromotions(Statements statements, TurnQueries turn, PostgresTallies tallies) {
        this.statements = statements;
        this.turn = turn;
        this.tallies = tallies;
        this.ends = new PostgresEnds(statements);
    }

    int promote(long now, int most) {
        TurnQueries.Work work = turn.work();
        return (work.isDue(now) ? statements.update(PROMOTE_DUE, now, most) : 0)
                + (work.unblocked() ? promoteUnblocked(now, most) : 0);
    }

    private static final String PROMOTE_DUE =
            """
            with gone as (
              delete from scheduled
              where ctid = any(array(
                select ctid from scheduled where run_at <= ? order by run_at limit ? for update skip locked))
              returning lane, rank, id, attempt, forgiven)
            insert into ready (lane, rank, id, attempt, forgiven)
            select lane, rank, id, attempt, forgiven from gone
            """;

    /** Those that wait for nothing any more, or in vain; what they become is found out from what is there now. */
    private int promoteUnblocked(long now, int most) {
        Step step;
        do {
            step = step(now, most);
        } while (step.promoted == 0 && step.isCutShort);
        return step.promoted;
    }

    /** What became of some of them; cut short: there were more that nobody has looked at. */
    private record Step(int promoted, boolean isCutShort) {}

    private Step step(long now, int most) {
        List<EndedParent> parents = statements.list(
                TAKE_ENDED_PARENTS, row -> new EndedParent(row.getString("place"), row.getLong("parent")));
        Set<Long> candidates = unlooked(parents, most);
        boolean isCutShort = candidates.size() >= most;
        candidates.addAll(statements.list(UNSURE, row -> row.getLong(1), most - candidates.size()));
        Long[] looked = lock(candidates);
        int promoted = looked.length == 0 ? 0 : look(looked, now);
        if (!parents.isEmpty()) {
            statements.update(FORGET_PARENTS, (Object)
                    parents.stream().map(EndedParent::place).toArray(String[]::new));
        }
        return new Step(promoted, isCutShort && looked.length > 0);
    }

    private int look(Long[] looked, long now) {
        // Before they are looked at: what ends after this must find them unsure.
        statements.update(NOTE_WHO_RUNS, (Object) looked);
        statements.update(DROP_EDGES, (Object) looked);
        return statements.update(LET_GO_ON, looked, now)
                + statements.update(LET_WAIT_ON, looked, now)
                + cancel(looked, now);
    }

    /** A row, and where it is. */
    private record EndedParent(String place, long id) {}

    /** Another transaction that promotes at the same time takes others. */
    private static final String TAKE_ENDED_PARENTS =
            "select ctid::text as place, parent from ended_parents limit 1000 for update skip locked";

    /** At most so many of those that have not been looked at since a parent ended, or ever. */
    private Set<Long> unlooked(List<EndedParent> parents, int most) {
        Set<Long> found = new LinkedHashSet<>();
        if (!parents.isEmpty()) {
            Long[] ids = parents.stream().map(EndedParent::id).distinct().toArray(Long[]::new);
            found.addAll(statements.list(CHILDREN, row -> row.getLong(1), ids, most));
        }
        found.addAll(statements.list(UNSEEN, row -> row.getLong(1), most - found.size()));
        return found;
    }

    private static final String CHILDREN =
            """
            select distinct child from unnest(?::bigint[]) as ended (parent) join edges using (parent)
            where exists (select from blocked where blocked.id = child)
            limit ?
            """;

    private static final String UNSEEN = "select id from blocked where seen is null order by id limit ?";

    /** The newest first: who missed one did so lately. */
    private static final String UNSURE =
            "select id from blocked where not sure and seen is not null order by id desc limit ?";

    private static final String LOCK =
            "select id from blocked where id = any(?::bigint[]) order by id for update skip locked";

    private Long[] lock(Set<Long> wanted) {
        return statements
                .list(LOCK, row -> row.getLong(1), (Object) wanted.toArray(Long[]::new))
                .toArray(Long[]::new);
    }

    /**
     * A transaction that ended a parent of a child that it could not see yet has a number by now, and holds it until it
     * ends. Once none of those that do so when the child is first seen is left, nothing was missed. Numbers of locks
     * have 32 bits, and lie near those of the snapshot.
     */
    private static final String NOTE_WHO_RUNS =
            """
            with here as (
              select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest,
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next),
            running as (
              select coalesce(max(
                next + ((transactionid::text::bigint - next + 2147483648) & 4294967295) - 2147483648), 0) as latest
              from pg_locks, here
              where locktype = 'transactionid' and granted and mode = 'ExclusiveLock'
                and pid is distinct from pg_backend_pid())
            update blocked set
              seen = coalesce(seen, latest),
              sure = coalesce(seen, latest) < oldest
            from here, running
            where id = any(?::bigint[]) and not sure and (seen is null or seen < oldest)
            """;

    private static final String DROP_EDGES =
            """
            delete from edges
            where child = any(?::bigint[])
              and (ended = 'done' or exists (select from finished where finished.id = parent and state = 'done'))
            """;

    private static final String LET_GO_ON =
            """
            with gone as (
              delete from blocked using jobs
              where blocked.id = any(?::bigint[]) and jobs.id = blocked.id
                and (run_at is null or run_at <= ?)
                and not exists (select from waits where child = blocked.id)
              returning blocked.lane, rank, blocked.id, attempt, forgiven)
            insert into ready (lane, rank, id, attempt, forgiven)
            select lane, rank, id, attempt, forgiven from gone
            """;

    private static final String LET_WAIT_ON =
            """
            with gone as (
              delete from blocked using jobs
              where blocked.id = any(?::bigint[]) and jobs.id = blocked.id and run_at > ?
                and not exists (select from waits where child = blocked.id)
              returning blocked.id, run_at, blocked.lane, rank, attempt, forgiven)
            insert into scheduled (id, run_at, lane, rank, attempt, forgiven, retrying)
            select id, run_at, lane, rank, attempt, forgiven, false from gone
            """;

    private static final String CANCEL =
            """
            with gone as (
              delete from blocked
              where id = any(?::bigint[]) and exists (select from waits where child = id and state <> 'unfinished')
              returning id, lane, attempt, forgiven),
            entered as (
              insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, error)
              select id, lane, 'cancelled', attempt, forgiven,
                (select started_at from attempts where attempts.id = gone.id order by number desc limit 1), ?,
                (select 'job ' || parent || ', which this one waited for, is ' || state from waits
                  where child = gone.id and state <> 'unfinished' order by parent limit 1)
              from gone)
            select gone.id, queue from gone join jobs on jobs.id = gone.id
            """;

    /** Those that wait for these follow in the next promotion. */
    private int cancel(Long[] looked, long now) {
        List<Long> cancelled = new ArrayList<>();
        statements.list(CANCEL, row -> cancelled.add(cancelled(row)), looked, now);
        ends.freeKeys(cancelled);
        ends.tellDependents(cancelled);
        return cancelled.size();
    }

    private long cancelled(ResultSet row) throws SQLException {
        tallies.ended(row.getString("queue"), JobState.CANCELLED);
        return row.getLong("id");
    }

    /** Those that have no children left to look at, or are unfinished again; one that was deleted left word in its edges. */
    private static final String FORGET_PARENTS =
            """
            delete from ended_parents as p
            where ctid = any(?::text[]::tid[])
              and (not exists (select from edges join blocked on blocked.id = child where edges.parent = p.parent)
                or (not exists (select from finished where finished.id = p.parent)
                  and not exists (select from edges where edges.parent = p.parent and ended is not null)))
            """;

    Optional<Instant> nextDue() {
        return Optional.ofNullable(turn.rest().due());
    }
}
