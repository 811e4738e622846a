package org.workerd.ops;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;

/**
 * What is to be said of one queue.
 *
 * @param pausedSince null: it is not paused
 * @param oldestReady how long its oldest ready job has been ready; null: none is
 * @param oldestReadyJob that job's id
 */
public record QueueNumbers(
        Map<JobState, Long> counts,
        @Nullable Instant pausedSince,
        @Nullable Duration oldestReady,
        @Nullable Long oldestReadyJob) {
    /** Of a queue without jobs. */
    public QueueNumbers(@Nullable Instant pausedSince) {
        this(Map.of(), pausedSince, null, null);
    }

    public boolean paused() {
        return pausedSince != null;
    }

    /** By queue: those that have or had jobs, and those that are paused. */
    public static Map<String, QueueNumbers> of(JobQueries queries, Instant now) {
        Map<String, Instant> pauses = queries.pauses();
        Map<String, Map<JobState, Long>> counts = new TreeMap<>(queries.counts());
        pauses.keySet().stream()
                .filter(queue -> !queue.equals(JobQueries.ALL_QUEUES))
                .forEach(queue -> counts.computeIfAbsent(queue, any -> none()));
        Map<String, JobQueries.OldestReady> oldest = queries.oldestReady();
        Map<String, QueueNumbers> numbers = new TreeMap<>();
        counts.forEach((queue, states) -> {
            Instant paused = JobQueries.pausedSince(pauses, queue);
            JobQueries.OldestReady first = oldest.get(queue);
            numbers.put(
                    queue,
                    first == null
                            ? new QueueNumbers(states, paused, null, null)
                            : new QueueNumbers(states, paused, age(first.since(), now), first.id()));
        });
        return numbers;
    }

    /** In this state. */
    public long count(JobState state) {
        return counts.getOrDefault(state, 0L);
    }

    /** Those that wait for something else than a free slot. */
    public long waiting() {
        return count(JobState.BLOCKED) + count(JobState.SCHEDULED) + count(JobState.RETRYING);
    }

    private static Map<JobState, Long> none() {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            counts.put(state, 0L);
        }
        return counts;
    }

    /** By a clock that was set back none is younger than nothing. */
    private static Duration age(Instant since, Instant now) {
        return since.isAfter(now) ? Duration.ZERO : Duration.between(since, now);
    }
}
