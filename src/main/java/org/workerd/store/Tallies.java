package org.workerd.store;

import java.sql.SQLException;
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

    void move(long lane, JobState from, JobState to) {
        Map<JobState, Long> changes = byLane.computeIfAbsent(lane, any -> new EnumMap<>(JobState.class));
        changes.merge(from, -1L, Long::sum);
        changes.merge(to, 1L, Long::sum);
    }

    void write(Statements statements) throws SQLException {
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
        byLane.clear();
    }

    void forget() {
        byLane.clear();
    }
}
