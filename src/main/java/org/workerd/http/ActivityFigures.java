package org.workerd.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.workerd.job.Activity;
import org.workerd.job.JobState;
import org.workerd.job.Spread;
import org.workerd.worker.loop.Activities;

/** What attempts came to, as metrics: counted by the loop, and only read here. */
final class ActivityFigures {
    private static final double MILLIS = 1_000.0;

    private final Activities activities;

    ActivityFigures(Activities activities, PrometheusRegistry registry) {
        this.activities = activities;
        CounterWithCallback.builder()
                .name("workerd_attempts_total")
                .help("Attempts of this daemon that ended; * for all queues and names beyond 200")
                .labelNames("queue", "name", "outcome")
                .callback(this::attempts)
                .register(registry);
        CounterWithCallback.builder()
                .name("workerd_jobs_finished_total")
                .help("Jobs that ended with an attempt of this daemon")
                .labelNames("queue", "name", "state")
                .callback(this::finished)
                .register(registry);
        registry.register(() -> histogram(
                "workerd_attempt_duration_seconds",
                "How long attempts ran that were done, failed or timed out",
                byQueue(Activity::ran)));
        registry.register(() -> histogram(
                "workerd_job_wait_seconds",
                "How long jobs were ready before their first attempt",
                byQueue(Activity::waited)));
    }

    private void attempts(CounterWithCallback.Callback counter) {
        activities.totals().forEach((lane, activity) -> {
            for (String outcome : Activity.OUTCOMES) {
                counter.call((double) activity.count(outcome), lane.queue(), lane.name(), outcome);
            }
        });
    }

    private void finished(CounterWithCallback.Callback counter) {
        activities.totals().forEach((lane, activity) -> {
            counter.call((double) activity.count("done"), lane.queue(), lane.name(), JobState.DONE.word());
            counter.call((double) activity.dead(), lane.queue(), lane.name(), JobState.DEAD.word());
            counter.call((double) activity.count("cancelled"), lane.queue(), lane.name(), JobState.CANCELLED.word());
        });
    }

    private Map<Labels, Spread> byQueue(Function<Activity, Spread> which) {
        Map<Labels, Spread> queues = new TreeMap<>();
        activities.totals().forEach((lane, activity) -> queues.computeIfAbsent(
                        Labels.of("queue", lane.queue()), any -> new Spread())
                .add(which.apply(activity)));
        return queues;
    }

    /** Of counts that somebody else makes. */
    static HistogramSnapshot histogram(String name, String help, Map<Labels, Spread> spreads) {
        HistogramSnapshot.Builder snapshot =
                HistogramSnapshot.builder().name(name).help(help);
        spreads.forEach((labels, spread) -> snapshot.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets(spread))
                .sum(spread.millis() / MILLIS)
                .build()));
        return snapshot.build();
    }

    private static ClassicHistogramBuckets buckets(Spread spread) {
        double[] seconds = Arrays.stream(Spread.bounds())
                .mapToDouble(bound -> bound / MILLIS)
                .toArray();
        double[] bounds = Arrays.copyOf(seconds, Spread.CLASSES);
        bounds[seconds.length] = Double.POSITIVE_INFINITY;
        return ClassicHistogramBuckets.of(bounds, spread.counts());
    }
}
