package org.workerd.ops;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.workerd.config.Settings;
import org.workerd.job.Grain;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.CronView;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobView;
import org.workerd.worker.attempt.LastLine;

/**
 * What somebody who watches a queue wants to see of it, at one moment.
 *
 * @param queues with why their oldest ready jobs are not started
 * @param perMinute by queue: how many attempts were done in a minute, on an average of the last five
 * @param running those that run for the longest time first
 * @param lastLines by id: what those printed last
 * @param failed what is dead since a day, or is to be retried; what began last first
 * @param dead how many became dead within a day
 * @param schedules those that run next first, then those that are disabled
 */
public record Overview(
        List<DaemonView> daemons,
        QueueList queues,
        Map<String, Long> perMinute,
        List<JobView> running,
        Map<Long, String> lastLines,
        List<JobView> failed,
        JobQueries.Deaths dead,
        List<ScheduleView> schedules) {
    private static final Duration LATELY = Duration.ofDays(1);
    private static final int MINUTES = 5;

    /** As it is now; of jobs and queues at most so many of a kind. */
    public static Overview of(JobQueries queries, Settings settings, WaitReasons reasons, Instant now, int most) {
        QueueList queues = QueueList.of(queries, settings.limits(), now).with(reasons, queries);
        List<DaemonView> daemons = LiveDaemons.of(queries);
        List<JobView> running = queries.list(in(JobState.RUNNING), most).jobs().stream()
                .sorted(Comparator.comparing(Overview::began).thenComparing(JobView::id))
                .toList();
        return new Overview(
                daemons,
                queues,
                perMinute(queries, queues, now, most),
                running,
                lastLines(settings, running),
                failed(queries, now, most),
                queries.deathsSince(now.minus(LATELY)),
                schedules(queries, settings, !daemons.isEmpty(), now));
    }

    /** The same, with what has been printed since: no change of the queue tells of that. */
    public Overview withOutput(Settings settings) {
        return new Overview(daemons, queues, perMinute, running, lastLines(settings, running), failed, dead, schedules);
    }

    /** As one object. */
    public void write(Instant now, Json document) throws IOException {
        new OverviewJson(this, document).write(now);
    }

    /** Of all queues together. */
    public Map<JobState, Long> counts() {
        Map<JobState, Long> sums = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            sums.put(
                    state,
                    queues.queues().values().stream()
                            .mapToLong(queue -> queue.count(state))
                            .sum());
        }
        return sums;
    }

    private static Filter in(JobState state) {
        return Filter.ALL.withStates(Set.of(state));
    }

    private static Instant began(JobView job) {
        return job.startedAt() == null ? job.createdAt() : job.startedAt();
    }

    private static Map<String, Long> perMinute(JobQueries queries, QueueList queues, Instant now, int most) {
        Instant since = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(MINUTES - 1));
        return queues.queues().keySet().stream()
                .limit(most)
                .collect(Collectors.toMap(
                        queue -> queue,
                        queue -> queries.history(Grain.MINUTE, since, Duration.ofMinutes(1), queue).stream()
                                        .mapToLong(moment -> moment.activity().count("done"))
                                        .sum()
                                / MINUTES,
                        (one, other) -> one,
                        TreeMap::new));
    }

    private static Map<Long, String> lastLines(Settings settings, List<JobView> running) {
        Map<Long, String> lines = new TreeMap<>();
        for (JobView job : running) {
            try {
                LastLine.of(OutputTail.path(settings, job.id(), job.attempt()))
                        .ifPresent(line -> lines.put(job.id(), line));
            } catch (IOException unreadable) {
                // Another user's: then there is nothing to show of it.
            }
        }
        return lines;
    }

    private static List<JobView> failed(JobQueries queries, Instant now, int most) {
        List<JobView> failed =
                new ArrayList<>(queries.list(in(JobState.DEAD).withFinishedSince(now.minus(LATELY)), most)
                        .jobs());
        failed.addAll(queries.list(in(JobState.RETRYING), most).jobs());
        failed.sort(Comparator.comparing(Overview::began).reversed());
        return failed.subList(0, Math.min(most, failed.size()));
    }

    private static List<ScheduleView> schedules(JobQueries queries, Settings settings, boolean served, Instant now) {
        Map<String, CronView> known = settings.cron().isEmpty() ? Map.of() : queries.cron();
        return settings.cron().stream()
                .map(entry -> new ScheduleView(entry, known.get(entry.id()), served, Optional.empty()))
                .sorted(Comparator.comparing(schedule -> schedule.next(now).orElse(Instant.MAX)))
                .toList();
    }
}
