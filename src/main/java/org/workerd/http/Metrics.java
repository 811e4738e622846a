package org.workerd.http;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.workerd.job.JobState;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.LiveDaemons;
import org.workerd.ops.QueueNumbers;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.QueueUrl;

/** The figures of {@code /metrics}. What the queue knows is asked when somebody wants them. Counting is thread-safe. */
final class Metrics {
    private static final int MOST_QUEUES = 200;

    private final Room room;
    private final IntSupplier connections;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = Counter.builder()
            .name("workerd_http_requests_total")
            .help("Requests that were answered")
            .labelNames("route", "method", "code")
            .register(registry);
    private final Counter refused = Counter.builder()
            .name("workerd_http_rejected_total")
            .help("Requests that were not let in")
            .labelNames("reason")
            .register(registry);
    private final Gauge jobs = gauge("workerd_jobs", "Jobs", "queue", "state");
    private final Gauge oldest =
            gauge("workerd_queue_oldest_ready_age_seconds", "How long the oldest ready job has been ready", "queue");
    private final Gauge paused = gauge("workerd_queue_paused", "1: the queue is paused", "queue");
    private final Gauge daemons = gauge("workerd_daemons", "Daemons that live");
    private final Gauge slots = gauge("workerd_slots", "Slots of all daemons");
    private final Gauge busy = gauge("workerd_slots_busy", "Slots in which an attempt runs");
    private final Gauge draining = gauge("workerd_draining", "1: this daemon takes no more jobs");
    private final Gauge open = gauge("workerd_http_connections", "Connections that are open");
    private final Gauge bytes = gauge("workerd_store_bytes", "Size of the queue's files", "file");
    private final Gauge free = gauge("workerd_disk_free_bytes", "Room on the queue's disk", "dir");
    private final Gauge handlersRefused = gauge("workerd_handlers_refused", "Handlers that are refused");

    Metrics(Room room, IntSupplier connections) {
        this.room = room;
        this.connections = connections;
        String version = Metrics.class.getPackage().getImplementationVersion();
        gauge("workerd_build_info", "The version that runs", "version")
                .labelValues(version == null ? "unknown" : version)
                .set(1);
        gauge("workerd_start_time_seconds", "When HTTP began to listen, as a Unix time")
                .set(room.now().toEpochMilli() / 1000.0);
    }

    void count(Route route, int status) {
        requests.labelValues(route.text(), route.method(), Integer.toString(status))
                .inc();
    }

    void countRefused(String reason) {
        refused.labelValues(reason).inc();
    }

    /** As Prometheus reads it. */
    byte[] text() throws IOException {
        queues();
        List<DaemonView> alive = room.read(queries -> LiveDaemons.of(queries));
        daemons.set(alive.size());
        slots.set(alive.stream().mapToInt(DaemonView::slots).sum());
        busy.set(alive.stream().mapToInt(DaemonView::busy).sum());
        draining.set(room.parts().pulse().isDraining() ? 1 : 0);
        open.set(connections.getAsInt());
        handlersRefused.set((double) HandlerRow.of(room.handlers().handlers()).stream()
                .filter(row -> !row.isAccepted())
                .count());
        files();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        return text.toByteArray();
    }

    private void queues() {
        Map<String, QueueNumbers> numbers = room.read(queries -> QueueNumbers.of(queries, room.now()));
        jobs.clear();
        oldest.clear();
        paused.clear();
        numbers.entrySet().stream().limit(MOST_QUEUES).forEach(one -> {
            QueueNumbers queue = one.getValue();
            for (JobState state : JobState.values()) {
                jobs.labelValues(one.getKey(), state.word()).set((double) queue.count(state));
            }
            oldest.labelValues(one.getKey())
                    .set(queue.oldestReady() == null ? 0 : queue.oldestReady().toMillis() / 1000.0);
            paused.labelValues(one.getKey()).set(queue.paused() ? 1 : 0);
        });
    }

    /** Their sizes only: to open them with Java and close them again would take the locks away. */
    private void files() throws IOException {
        if (room.settings().queue() instanceof QueueUrl.Sqlite sqlite) {
            for (String suffix : List.of("", "-wal")) {
                Path file = sqlite.file().resolveSibling(sqlite.file().getFileName() + suffix);
                bytes.labelValues(suffix.isEmpty() ? "db" : "wal")
                        .set((double) (Files.exists(file) ? Files.size(file) : 0));
            }
        }
        Path directory = room.settings().directory().path();
        free.labelValues(directory.toString())
                .set((double) Files.getFileStore(directory).getUsableSpace());
    }

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
    }
}
