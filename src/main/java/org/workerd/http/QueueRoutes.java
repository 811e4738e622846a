package org.workerd.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.job.Names;
import org.workerd.ops.QueueList;

/** The queues, paused and resumed one by one or all at once. For the thread of the API. */
final class QueueRoutes {
    private static final int SMALL = 1 << 10;

    private final Room room;

    QueueRoutes(Room room) {
        this.room = room;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/api/v1/queues", Access.CALLERS, 0, this::list),
                Route.of("POST", "/api/v1/queues/pause", Access.CALLERS, SMALL, exchange -> pause(exchange, null)),
                Route.of("POST", "/api/v1/queues/resume", Access.CALLERS, SMALL, exchange -> resume(exchange, null)),
                Route.of(
                        "POST",
                        "/api/v1/queues/{queue}/pause",
                        Access.CALLERS,
                        SMALL,
                        exchange -> pause(exchange, queue(exchange))),
                Route.of(
                        "POST",
                        "/api/v1/queues/{queue}/resume",
                        Access.CALLERS,
                        SMALL,
                        exchange -> resume(exchange, queue(exchange))));
    }

    private void list(Exchange exchange) {
        QueueList list = room.read(queries ->
                QueueList.of(queries, room.settings().limits(), room.now()).with(room.reasons(queries), queries));
        exchange.json(200, list::write);
    }

    static String queue(Exchange exchange) {
        try {
            return Names.checked("the queue's name", exchange.named("queue"));
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(String.valueOf(wrong.getMessage()));
        }
    }

    private void pause(Exchange exchange, @Nullable String queue) {
        room.change(
                exchange,
                "pause of " + whom(queue),
                moves -> moves.pause(queue, room.now()),
                changed -> answer(exchange, queue, true, changed));
    }

    private void resume(Exchange exchange, @Nullable String queue) {
        room.change(
                exchange,
                "resume of " + whom(queue),
                moves -> moves.resume(queue),
                changed -> answer(exchange, queue, false, changed));
    }

    static String whom(@Nullable String queue) {
        return queue == null ? "all queues" : "the queue " + queue;
    }

    private static void answer(Exchange exchange, @Nullable String queue, boolean paused, boolean changed) {
        exchange.json(200, document -> {
            document.generator().writeStartObject();
            document.text("queue", queue);
            document.generator().writeBooleanField("paused", paused);
            document.generator().writeBooleanField("changed", changed);
            document.generator().writeEndObject();
        });
    }
}
