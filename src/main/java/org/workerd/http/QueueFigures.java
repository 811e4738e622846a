package org.workerd.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.workerd.job.JobState;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.HandlerView;
import org.workerd.ops.LiveDaemons;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.ScheduleView;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;

/** What the queue knows, as metrics: asked when somebody wants them. Each daemon of a queue says the same. */
final class QueueFigures {
    private static final int MOST_QUEUES = 200;
    private static final int MOST_SCHEDULES = 200;
    private static final double MILLIS = 1_000.0;

    private final Room room;
    private final Gauge jobs;
    private final Gauge oldest;
    private final Gauge paused;
    private final Gauge withoutHandler;
    private final Gauge handlersRefused;
    private final Gauge daemons;
    private final Gauge slots;
    private final Gauge busy;
    private final Gauge cronLast;
    private final Gauge cronNext;
    private volatile long stored;

    QueueFigures(Room room, PrometheusRegistry registry) {
        this.room = room;
        this.jobs = Metrics.gauge(registry, "workerd_jobs", "Jobs", "queue", "state");
        this.oldest = Metrics.gauge(
                registry,
                "workerd_queue_oldest_ready_age_seconds",
                "How long the oldest ready job has been ready",
                "queue");
        this.paused = Metrics.gauge(registry, "workerd_queue_paused", "1: the queue is paused", "queue");
        this.withoutHandler = Metrics.gauge(
                registry, "workerd_jobs_without_handler", "Ready jobs whose handler is missing or refused", "queue");
        this.handlersRefused = Metrics.gauge(registry, "workerd_handlers_refused", "Handlers that are refused");
        this.daemons = Metrics.gauge(registry, "workerd_daemons", "Daemons that live");
        this.slots = Metrics.gauge(registry, "workerd_slots", "Slots of all daemons");
        this.busy = Metrics.gauge(registry, "workerd_slots_busy", "Slots in which an attempt runs");
        this.cronLast = Metrics.gauge(
                registry, "workerd_cron_last_run_timestamp_seconds", "The time of its last run, as a Unix time", "id");
        this.cronNext = Metrics.gauge(
                registry, "workerd_cron_next_run_timestamp_seconds", "The time of its next run, as a Unix time", "id");
        CounterWithCallback.builder()
                .name("workerd_jobs_stored_total")
                .help("Jobs that were ever stored in the queue")
                .callback(counter -> counter.call((double) stored))
                .register(registry);
    }

    void ask() {
        room.read(queries -> {
            Map<String, QueueNumbers> numbers = QueueNumbers.of(queries, room.now());
            List<DaemonView> alive = LiveDaemons.of(queries);
            HandlerView handlers = room.handlers();
            tell(numbers);
            daemons.set(alive.size());
            slots.set(alive.stream().mapToInt(DaemonView::slots).sum());
            busy.set(alive.stream().mapToInt(DaemonView::busy).sum());
            tellOfHandlers(queries, handlers);
            tell(ScheduleView.of(room.settings().cron(), Optional.of(queries), handlers));
            stored = queries.lastId();
            return true;
        });
    }

    private void tell(Map<String, QueueNumbers> numbers) {
        jobs.clear();
        oldest.clear();
        paused.clear();
        numbers.entrySet().stream().limit(MOST_QUEUES).forEach(one -> {
            QueueNumbers queue = one.getValue();
            for (JobState state : JobState.values()) {
                jobs.labelValues(one.getKey(), state.word()).set((double) queue.count(state));
            }
            oldest.labelValues(one.getKey())
                    .set(queue.oldestReady() == null ? 0 : queue.oldestReady().toMillis() / MILLIS);
            paused.labelValues(one.getKey()).set(queue.paused() ? 1 : 0);
        });
    }

    private void tellOfHandlers(JobQueries queries, HandlerView handlers) {
        handlersRefused.set((double) HandlerRow.of(handlers.handlers()).stream()
                .filter(row -> !row.isAccepted())
                .count());
        Set<String> names = queries.namesWithReady().stream()
                .filter(name -> handlers.objection(name).isPresent())
                .collect(Collectors.toSet());
        withoutHandler.clear();
        Map<String, Long> waiting = names.isEmpty() ? Map.of() : queries.readyOf(names);
        waiting.entrySet().stream()
                .limit(MOST_QUEUES)
                .forEach(one -> withoutHandler.labelValues(one.getKey()).set((double) one.getValue()));
    }

    private void tell(List<ScheduleView> schedules) {
        cronLast.clear();
        cronNext.clear();
        schedules.stream().limit(MOST_SCHEDULES).forEach(schedule -> {
            String id = schedule.entry().id();
            Instant last = schedule.last() == null ? null : schedule.last().slot();
            if (last != null) {
                cronLast.labelValues(id).set(last.toEpochMilli() / MILLIS);
            }
            schedule.next(room.now()).ifPresent(next -> cronNext.labelValues(id).set(next.toEpochMilli() / MILLIS));
        });
    }
}
