package org.workerd.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.workerd.http.Route.Access;
import org.workerd.store.JobQueries;
import org.workerd.worker.loop.Pulse;

/** For whoever watches the daemon: whether it lives, whether it works, and its figures. For the thread of the API. */
final class HealthRoutes {
    private static final Duration FRESH = Duration.ofSeconds(60);
    private static final int PATIENCE_SECONDS = 5;

    private final Room room;
    private final Metrics metrics;

    HealthRoutes(Room room, Metrics metrics) {
        this.room = room;
        this.metrics = metrics;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/healthz", Access.ANYBODY, 0, this::health),
                Route.of("GET", "/readyz", Access.ANYBODY, 0, this::ready),
                Route.of("GET", "/metrics", Access.METRICS, 0, this::metrics));
    }

    /** With nothing to do the loop sleeps for long: then it is woken, and has to turn. */
    private void health(Exchange exchange) {
        Pulse pulse = room.parts().pulse();
        if (pulse.age().compareTo(FRESH) < 0) {
            say(exchange, 200, "the loop turns");
            return;
        }
        var unused = pulse.next().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((turned, late) -> {
            if (late == null) {
                say(exchange, 200, "the loop turns");
            } else {
                say(exchange, 503, "the loop has not turned for " + pulse.age().toSeconds() + " s");
            }
        });
    }

    private void ready(Exchange exchange) {
        Pulse pulse = room.parts().pulse();
        if (pulse.isDraining()) {
            say(exchange, 503, "draining");
        } else if (!pulse.trouble().isEmpty()) {
            // Not to everybody: paths and the like are in it.
            say(exchange, 503, "the last transaction failed");
        } else {
            room.read(JobQueries::dataVersion);
            say(exchange, 200, "ready");
        }
    }

    private static void say(Exchange exchange, int status, String words) {
        exchange.bytes(status, "text/plain; charset=utf-8", (words + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void metrics(Exchange exchange) throws Exception {
        exchange.bytes(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
    }
}
