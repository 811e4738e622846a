package org.workerd.store.postgres;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.workerd.job.JobState;

/** How many jobs one transaction brings to their end: a row for each queue, that nobody else waits for. */
final class PostgresTallies {
    /** So many transactions' rows become one again. */
    private static final int BETWEEN_SUMS = 64;

    private final Statements statements;
    private final Map<String, Map<JobState, Long>> byQueue = new TreeMap<>();
    private int written;

    PostgresTallies(Statements statements) {
        this.statements = statements;
    }

    /** Waiting jobs are counted where they wait. */
    void ended(String queue, JobState state) {
        byQueue.computeIfAbsent(queue, any -> new EnumMap<>(JobState.class)).merge(state, 1L, Long::sum);
    }

    private static final String ADD =
            """
            insert into tallies (queue, done, dead, cancelled)
            select * from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
            """;

    private static final String SUM_UP =
            """
            with gone as (
              delete from tallies
              where ctid = any(array(select ctid from tallies limit 10000 for update skip locked))
              returning queue, done, dead, cancelled)
            insert into tallies (queue, done, dead, cancelled)
            select queue, sum(done), sum(dead), sum(cancelled) from gone group by queue
            """;

    void write() {
        if (byQueue.isEmpty()) {
            return;
        }
        statements.update(
                ADD,
                byQueue.keySet().toArray(String[]::new),
                counts(JobState.DONE),
                counts(JobState.DEAD),
                counts(JobState.CANCELLED));
        forget();
        written++;
        if (written % BETWEEN_SUMS == 0) {
            statements.update(SUM_UP);
        }
    }

    private Long[] counts(JobState state) {
        List<Long> counts = byQueue.values().stream()
                .map(states -> states.getOrDefault(state, 0L))
                .toList();
        return counts.toArray(Long[]::new);
    }

    void forget() {
        byQueue.clear();
    }
}
