package org.workerd.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.Query;
import org.workerd.http.pages.QueueLine;
import org.workerd.http.pages.QueuesPage;
import org.workerd.ops.QueueList;
import org.workerd.store.JobQueries;

/** The page of the queues, and the forms that pause and resume them. For the thread of the API. */
final class QueuePages {
    private static final int SMALL = 4 << 10;
    private static final String SECTION = "/queues";

    private final Room room;
    private final Pages pages;

    QueuePages(Room room, Pages pages) {
        this.room = room;
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", SECTION, Access.CALLERS, 0, this::list),
                form("/queues/pause", exchange -> pause(exchange, "/queues/pause", null)),
                form("/queues/resume", exchange -> resume(exchange, "/queues/resume", null)),
                form("/queues/{queue}/pause", exchange -> pause(exchange, path(exchange, "pause"), queue(exchange))),
                form(
                        "/queues/{queue}/resume",
                        exchange -> resume(exchange, path(exchange, "resume"), queue(exchange))));
    }

    private static Route form(String path, Route.Answer answer) {
        return Route.of("POST", path, Access.CALLERS, SMALL, answer);
    }

    private static String queue(Exchange exchange) {
        return QueueRoutes.queue(exchange);
    }

    private static String path(Exchange exchange, String verb) {
        return SECTION + "/" + queue(exchange) + "/" + verb;
    }

    private void list(Exchange exchange) {
        QueuesPage page = room.read(queries -> {
            QueueList list =
                    QueueList.of(queries, room.settings().limits(), room.now()).with(room.reasons(queries), queries);
            boolean allPaused = queries.pauses().containsKey(JobQueries.ALL_QUEUES);
            return new QueuesPage(pages.frame(exchange, SECTION, "Queues"), QueueLine.of(list, room.now()), allPaused);
        });
        Pages.send(exchange, 200, "queues.jte", page);
    }

    private void pause(Exchange exchange, String path, @Nullable String queue) {
        pages.form(exchange, path);
        room.change(
                exchange,
                "pause of " + QueueRoutes.whom(queue),
                moves -> moves.pause(queue, room.now()),
                changed -> back(exchange, "paused"));
    }

    private void resume(Exchange exchange, String path, @Nullable String queue) {
        pages.form(exchange, path);
        room.change(
                exchange,
                "resume of " + QueueRoutes.whom(queue),
                moves -> moves.resume(queue),
                changed -> back(exchange, "resumed"));
    }

    private static void back(Exchange exchange, String said) {
        Pages.seeOther(exchange, Query.of("said", said).behind(SECTION));
    }
}
