package org.workerd.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.job.CronEntry;
import org.workerd.job.Names;
import org.workerd.ops.Counts;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.Json;
import org.workerd.ops.LiveDaemons;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.ScheduleView;
import org.workerd.store.Moves;

/** Counts, daemons, handlers and schedules; and what the API is. For the thread of the API. */
final class OverviewRoutes {
    private static final int SMALL = 1 << 10;
    private static final long AT_MOST_EVERY = 1_000_000_000L;

    private final Room room;
    private final Live live;

    OverviewRoutes(Room room, Live live) {
        this.room = room;
        this.live = live;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/api/v1/stats", Access.CALLERS, 0, exchange -> exchange.json(200, counts()::write)),
                Route.of("GET", "/api/v1/daemons", Access.CALLERS, 0, this::daemons),
                Route.of("GET", "/api/v1/handlers", Access.CALLERS, 0, this::handlers),
                Route.of("GET", "/api/v1/cron", Access.CALLERS, 0, this::cron),
                Route.of("POST", "/api/v1/cron/{id}/run", Access.CALLERS, SMALL, this::run),
                Route.of("GET", "/api/v1/events", Access.CALLERS, 0, exchange -> live.add(new Events(exchange))),
                Route.of("GET", "/api/v1/openapi.json", Access.CALLERS, 0, OverviewRoutes::openapi));
    }

    private Counts counts() {
        return room.read(queries -> new Counts(QueueNumbers.of(queries, room.now()), LiveDaemons.of(queries)));
    }

    private void daemons(Exchange exchange) {
        Counts counts = counts();
        exchange.json(200, document -> {
            document.generator().writeStartObject();
            counts.writeDaemons(document);
            document.generator().writeEndObject();
        });
    }

    private void handlers(Exchange exchange) {
        List<HandlerRow> rows = HandlerRow.of(room.handlers().handlers());
        exchange.json(200, document -> HandlerRow.write(rows, document));
    }

    private void cron(Exchange exchange) {
        List<ScheduleView> schedules =
                room.read(queries -> ScheduleView.of(room.settings().cron(), Optional.of(queries), room.handlers()));
        exchange.json(200, document -> ScheduleView.write(schedules, room.now(), document));
    }

    private void run(Exchange exchange) {
        CronEntry entry = entry(room, exchange.named("id"));
        room.change(exchange, job -> ran(entry, job), moves -> run(entry, moves, room.now()), job -> {
            exchange.header("Location", exchange.base() + "/api/v1/jobs/" + job);
            exchange.json(201, document -> {
                document.generator().writeStartObject();
                document.generator().writeNumberField("id", job);
                document.generator().writeEndObject();
            });
        });
    }

    static String ran(CronEntry entry, long job) {
        return "run of the schedule " + entry.id() + ": job " + job;
    }

    static CronEntry entry(Room room, String id) {
        return room.settings().cron().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.noSuch("schedule " + Names.printable(id)));
    }

    /** The job that it is. */
    static long run(CronEntry entry, Moves moves, Instant now) {
        long job = moves.enqueue(entry.job()).id();
        moves.linkCron(entry.id(), job, now);
        return job;
    }

    /** The counts, whenever something changed, but at most once a second. */
    private final class Events extends Live.Stream {
        private boolean behind = true;
        private long toldAt = System.nanoTime() - AT_MOST_EVERY;

        Events(Exchange exchange) {
            super(exchange);
        }

        @Override
        @Nullable
        String next(boolean changed) throws IOException {
            behind |= changed;
            if (!behind || System.nanoTime() - toldAt < AT_MOST_EVERY) {
                return "";
            }
            behind = false;
            toldAt = System.nanoTime();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (Json document = new Json(bytes)) {
                counts().write(document);
            }
            return "event: stats\ndata: "
                    + bytes.toString(StandardCharsets.UTF_8).strip() + "\n\n";
        }
    }

    private static void openapi(Exchange exchange) throws IOException {
        try (InputStream text = Objects.requireNonNull(OverviewRoutes.class.getResourceAsStream("openapi.json"))) {
            exchange.bytes(200, Exchange.JSON, text.readAllBytes());
        }
    }
}
