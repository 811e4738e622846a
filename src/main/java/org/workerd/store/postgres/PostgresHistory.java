package org.workerd.store.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Grain;
import org.workerd.store.HistoryRows;
import org.workerd.store.JobQueries.Moment;
import org.workerd.store.Moves.Past;

/** What happened, kept by the minute and by the hour: counts that are only added to, by all daemons. */
final class PostgresHistory {
    private final Statements statements;

    PostgresHistory(Statements statements) {
        this.statements = statements;
    }

    /** All daemons lock the rows in the same order, and nobody waits for a circle. */
    private static final String ADD =
            """
            insert into history (
              span, at, queue, name,
              done, failed, timed_out, cancelled, snoozed, interrupted, daemon_died, dead,
              ran_ms, waited_ms,
              ran_0, ran_1, ran_2, ran_3, ran_4, ran_5, ran_6, ran_7, ran_8, ran_9,
              waited_0, waited_1, waited_2, waited_3, waited_4, waited_5, waited_6, waited_7, waited_8, waited_9)
            select span, at, queue, name,
              n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], n[15],
              n[16], n[17], n[18], n[19], n[20], n[21], n[22], n[23], n[24], n[25], n[26], n[27], n[28], n[29],
              n[30]
            from (
              select ?::bigint as span, ?::bigint as at, queue, name,
                (?::bigint[])[(place - 1) * 30 + 1 : place * 30] as n
              from unnest(?::text[], ?::text[]) with ordinality as past (queue, name, place)
              order by queue, name) as past
            on conflict (span, at, queue, name) do update set
              done = history.done + excluded.done, failed = history.failed + excluded.failed,
              timed_out = history.timed_out + excluded.timed_out, cancelled = history.cancelled + excluded.cancelled,
              snoozed = history.snoozed + excluded.snoozed, interrupted = history.interrupted + excluded.interrupted,
              daemon_died = history.daemon_died + excluded.daemon_died, dead = history.dead + excluded.dead,
              ran_ms = history.ran_ms + excluded.ran_ms, waited_ms = history.waited_ms + excluded.waited_ms,
              ran_0 = history.ran_0 + excluded.ran_0,
              ran_1 = history.ran_1 + excluded.ran_1, ran_2 = history.ran_2 + excluded.ran_2,
              ran_3 = history.ran_3 + excluded.ran_3, ran_4 = history.ran_4 + excluded.ran_4,
              ran_5 = history.ran_5 + excluded.ran_5, ran_6 = history.ran_6 + excluded.ran_6,
              ran_7 = history.ran_7 + excluded.ran_7, ran_8 = history.ran_8 + excluded.ran_8,
              ran_9 = history.ran_9 + excluded.ran_9, waited_0 = history.waited_0 + excluded.waited_0,
              waited_1 = history.waited_1 + excluded.waited_1, waited_2 = history.waited_2 + excluded.waited_2,
              waited_3 = history.waited_3 + excluded.waited_3, waited_4 = history.waited_4 + excluded.waited_4,
              waited_5 = history.waited_5 + excluded.waited_5, waited_6 = history.waited_6 + excluded.waited_6,
              waited_7 = history.waited_7 + excluded.waited_7, waited_8 = history.waited_8 + excluded.waited_8,
              waited_9 = history.waited_9 + excluded.waited_9
            """;

    void keep(List<Past> past, Instant at) {
        for (Grain grain : Grain.values()) {
            statements.update(
                    ADD,
                    grain.length().toMillis(),
                    grain.begin(at),
                    past.stream()
                            .flatMap(one -> Arrays.stream(one.activity().numbers()))
                            .toArray(Long[]::new),
                    past.stream().map(Past::queue).toArray(String[]::new),
                    past.stream().map(Past::name).toArray(String[]::new));
        }
    }

    /** The first daemon that comes to a minute counts for it: of a million jobs that takes tenths of a second. */
    private static final String ADD_BACKLOG =
            """
            with waiting (lane, ready, id) as (select lane, count(*), min(id) from ready group by lane)
            insert into history (span, at, queue, name, ready)
            select span, at, queue, '', sum(ready)
            from waiting join jobs on jobs.id = waiting.id
              cross join unnest(?::bigint[], ?::bigint[]) as grain (span, at)
            where not exists (select from history where history.span = ? and history.at = ? and history.name = '')
            group by span, at, queue
            order by span, at, queue
            on conflict (span, at, queue, name) do update set ready = greatest(history.ready, excluded.ready)
            """;

    void keepBacklog(Instant at) {
        statements.update(
                ADD_BACKLOG,
                Arrays.stream(Grain.values())
                        .map(grain -> grain.length().toMillis())
                        .toArray(Long[]::new),
                Arrays.stream(Grain.values()).map(grain -> grain.begin(at)).toArray(Long[]::new),
                Grain.MINUTE.length().toMillis(),
                Grain.MINUTE.begin(at));
    }

    private static final String FORGET =
            """
            delete from history where ctid = any(array(
              select ctid from history where span = ? and at < ? limit 10000 for update skip locked))
            """;

    /** What nobody looks back at any more. */
    void prune(Instant now) {
        for (Grain grain : Grain.values()) {
            statements.update(
                    FORGET, grain.length().toMillis(), now.minus(grain.kept()).toEpochMilli());
        }
    }

    private static final String SINCE =
            """
            select at / l.length * l.length as step,
              sum(done)::bigint, sum(failed)::bigint, sum(timed_out)::bigint, sum(cancelled)::bigint,
              sum(snoozed)::bigint, sum(interrupted)::bigint, sum(daemon_died)::bigint, sum(dead)::bigint,
              sum(ran_ms)::bigint, sum(waited_ms)::bigint, sum(ran_0)::bigint, sum(ran_1)::bigint, sum(ran_2)::bigint,
              sum(ran_3)::bigint, sum(ran_4)::bigint, sum(ran_5)::bigint, sum(ran_6)::bigint,
              sum(ran_7)::bigint, sum(ran_8)::bigint, sum(ran_9)::bigint, sum(waited_0)::bigint,
              sum(waited_1)::bigint, sum(waited_2)::bigint, sum(waited_3)::bigint, sum(waited_4)::bigint,
              sum(waited_5)::bigint, sum(waited_6)::bigint, sum(waited_7)::bigint, sum(waited_8)::bigint,
              sum(waited_9)::bigint
            from history cross join (select ?::bigint as length, ?::text as queue) as l
            where span = ? and at >= ? and (l.queue is null or history.queue = l.queue)
            group by step
            order by step
            """;

    private static final String READY_SINCE =
            """
            select at / length * length as step, max(ready)
            from (
              select at, length, sum(ready)::bigint as ready
              from history cross join (select ?::bigint as length, ?::text as queue) as l
              where span = ? and at >= ? and name = '' and (l.queue is null or history.queue = l.queue)
              group by at, length) as minutes
            group by step
            """;

    List<Moment> since(Grain grain, Instant since, Duration step, @Nullable String queue) {
        Object[] asked = {step.toMillis(), queue, grain.length().toMillis(), since.toEpochMilli()};
        Map<Long, Long> ready = new HashMap<>();
        statements.list(READY_SINCE, row -> ready.put(row.getLong(1), row.getLong(2)), asked);
        return statements.list(SINCE, row -> HistoryRows.moment(row, ready), asked);
    }
}
