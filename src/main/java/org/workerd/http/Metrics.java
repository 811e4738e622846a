package org.workerd.http;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntSupplier;

/** The figures of {@code /metrics}. Labels are bounded: no ids, keys or errors. Counting is thread-safe. */
final class Metrics {
    private final Room room;
    private final Live live;
    private final IntSupplier connections;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final QueueFigures queue;
    private final MachineFigures machine = new MachineFigures(registry);
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
    private final Gauge open = gauge(
            registry, "workerd_http_connections", "Connections that are open, and those that wait for news", "state");
    private final Gauge draining = gauge(registry, "workerd_draining", "1: this daemon takes no more jobs");

    Metrics(Room room, Live live, IntSupplier connections) {
        this.room = room;
        this.live = live;
        this.connections = connections;
        this.queue = new QueueFigures(room, registry);
        new ActivityFigures(room.parts().activities(), registry);
        registry.register(() -> ActivityFigures.histogram(
                "workerd_transaction_duration_seconds",
                "How long the loop's transactions took",
                Map.of(Labels.EMPTY, room.parts().pulse().transactions())));
        CounterWithCallback.builder()
                .name("workerd_transaction_failures_total")
                .help("Transactions of the loop that failed, and are tried again")
                .labelNames("reason")
                .callback(counter ->
                        room.parts().pulse().failures().forEach((kind, count) -> counter.call((double) count, kind)))
                .register(registry);
        String version = Metrics.class.getPackage().getImplementationVersion();
        gauge(registry, "workerd_build_info", "The version that runs", "version")
                .labelValues(version == null ? "unknown" : version)
                .set(1);
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
        queue.ask();
        machine.ask(room.settings());
        open.labelValues("open").set(connections.getAsInt());
        open.labelValues("waiting").set(live.count());
        draining.set(room.parts().pulse().isDraining() ? 1 : 0);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        return text.toByteArray();
    }

    static Gauge gauge(PrometheusRegistry registry, String name, String help, String... labels) {
        return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
    }
}
