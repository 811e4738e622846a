package org.workerd.store.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Activity;
import org.workerd.job.Grain;
import org.workerd.store.HistoryRows;
import org.workerd.store.JobQueries.Moment;
import org.workerd.store.Moves.Past;

/** What happened, kept by the minute and by the hour: counts that are only added to, by all daemons. */
final class SqliteHistory {
    private final Statements statements;

    SqliteHistory(Statements statements) {
        this.statements = statements;
    }

    private static final String ADD =
            """
            insert into history (
              span, at, queue, name,
              done, failed, timed_out, cancelled, snoozed, interrupted, daemon_died, dead,
              ran_ms, waited_ms,
              ran_0, ran_1, ran_2, ran_3, ran_4, ran_5, ran_6, ran_7, ran_8, ran_9,
              waited_0, waited_1, waited_2, waited_3, waited_4, waited_5, waited_6, waited_7, waited_8, waited_9)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
            for (Past one : past) {
                Object[] row = new Object[4 + Activity.NUMBERS];
                row[0] = grain.length().toMillis();
                row[1] = grain.begin(at);
                row[2] = one.queue();
                row[3] = one.name();
                System.arraycopy(one.activity().numbers(), 0, row, 4, Activity.NUMBERS);
                statements.update(ADD, row);
            }
        }
    }

    private static final String ADD_BACKLOG =
            """
            insert into history (span, at, queue, name, ready)
            select ?, ?, queue, '', sum(ready) from lanes where octet_length(queue) <= 128
            group by queue having sum(ready) > 0
            on conflict (span, at, queue, name) do update set ready = max(history.ready, excluded.ready)
            """;

    void keepBacklog(Instant at) {
        for (Grain grain : Grain.values()) {
            statements.update(ADD_BACKLOG, grain.length().toMillis(), grain.begin(at));
        }
    }

    private static final String FORGET = "delete from history where span = ? and at < ?";

    /** What nobody looks back at any more. */
    void prune(Instant now) {
        for (Grain grain : Grain.values()) {
            statements.update(
                    FORGET, grain.length().toMillis(), now.minus(grain.kept()).toEpochMilli());
        }
    }

    private static final String SINCE =
            """
            select at / ?2 * ?2 as step,
              sum(done), sum(failed), sum(timed_out), sum(cancelled), sum(snoozed), sum(interrupted),
              sum(daemon_died), sum(dead), sum(ran_ms), sum(waited_ms), sum(ran_0), sum(ran_1), sum(ran_2), sum(ran_3),
              sum(ran_4), sum(ran_5), sum(ran_6), sum(ran_7), sum(ran_8), sum(ran_9), sum(waited_0),
              sum(waited_1), sum(waited_2), sum(waited_3), sum(waited_4), sum(waited_5), sum(waited_6),
              sum(waited_7), sum(waited_8), sum(waited_9)
            from history
            where span = ?1 and at >= ?3 and (?4 is null or queue = ?4)
            group by step
            order by step
            """;

    private static final String READY_SINCE =
            """
            select at / ?2 * ?2 as step, max(ready)
            from (
              select at, sum(ready) as ready from history
              where span = ?1 and at >= ?3 and name = '' and (?4 is null or queue = ?4)
              group by at)
            group by step
            """;

    List<Moment> since(Grain grain, Instant since, Duration step, @Nullable String queue) {
        Object[] asked = {grain.length().toMillis(), step.toMillis(), since.toEpochMilli(), queue};
        Map<Long, Long> ready = new HashMap<>();
        statements.list(READY_SINCE, row -> ready.put(row.getLong(1), row.getLong(2)), asked);
        return statements.list(SINCE, row -> HistoryRows.moment(row, ready), asked);
    }
}
