package org.workerd.store.sqlite;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.workerd.job.JobState;

/** What one transaction changes in the counts of the lanes: written once for each lane, not once for each job. */
final class Tallies {
    private static final String ADD =
            """
            update lanes set
              blocked = blocked + ?, scheduled = scheduled + ?, ready = ready + ?, running = running + ?,
              retrying = retrying + ?, done = done + ?, dead = dead + ?, cancelled = cancelled + ?
            where id = ?
            """;

    private final Map<Long, Map<JobState, Long>> byLane = new HashMap<>();
    private final Map<Thousand, Done> done = new HashMap<>();

    private record Thousand(long lane, long thousand) {
        static Thousand of(long lane, long id) {
            return new Thousand(lane, id / SqliteThousands.THOUSAND);
        }
    }

    private static final class Done {
        private long count;
        private long latest;

        void add(long at) {
            count++;
            latest = Math.max(latest, at);
        }
    }

    void move(long lane, JobState from, JobState to) {
        Map<JobState, Long> changes = byLane.computeIfAbsent(lane, any -> new EnumMap<>(JobState.class));
        changes.merge(from, -1L, Long::sum);
        changes.merge(to, 1L, Long::sum);
    }

    /** A running job of that lane is done. */
    void done(long lane, long id, long at) {
        move(lane, JobState.RUNNING, JobState.DONE);
        done.computeIfAbsent(Thousand.of(lane, id), any -> new Done()).add(at);
    }

    private static final String ADD_DONE =
            """
            insert into thousands (lane, thousand, done, latest) values (?, ?, ?, ?)
            on conflict (lane, thousand) do update set done = done + excluded.done, latest = max(latest, excluded.latest)
            """;

    void write(Statements statements) {
        for (Map.Entry<Long, Map<JobState, Long>> lane : byLane.entrySet()) {
            Map<JobState, Long> changes = lane.getValue();
            statements.update(
                    ADD,
                    changes.getOrDefault(JobState.BLOCKED, 0L),
                    changes.getOrDefault(JobState.SCHEDULED, 0L),
                    changes.getOrDefault(JobState.READY, 0L),
                    changes.getOrDefault(JobState.RUNNING, 0L),
                    changes.getOrDefault(JobState.RETRYING, 0L),
                    changes.getOrDefault(JobState.DONE, 0L),
                    changes.getOrDefault(JobState.DEAD, 0L),
                    changes.getOrDefault(JobState.CANCELLED, 0L),
                    lane.getKey());
        }
        for (Map.Entry<Thousand, Done> one : done.entrySet()) {
            statements.update(
                    ADD_DONE,
                    one.getKey().lane(),
                    one.getKey().thousand(),
                    one.getValue().count,
                    one.getValue().latest);
        }
        forget();
    }

    void forget() {
        byLane.clear();
        done.clear();
    }
}
