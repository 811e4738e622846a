package org.workerd.http;

import java.util.List;
import java.util.Set;
import org.workerd.http.Route.Access;
import org.workerd.job.Names;
import org.workerd.ops.History;

/** What happened lately, for charts. For the thread of the API. */
final class HistoryRoutes {
    private final Room room;

    HistoryRoutes(Room room) {
        this.room = room;
    }

    List<Route> routes() {
        return List.of(Route.of("GET", "/api/v1/stats/history", Access.CALLERS, 0, this::history)
                .taking(Set.of("window", "queue")));
    }

    private void history(Exchange exchange) {
        String word = exchange.parameter("window");
        History.Window window = History.Window.ofWord(word == null ? "1h" : word)
                .orElseThrow(() -> Problem.invalid(
                        "window: expected 1h, 24h or 30d, found \"" + Names.printable(String.valueOf(word)) + "\""));
        String queue = exchange.parameter("queue");
        History history = room.read(queries -> History.of(queries, window, queue, room.now()));
        exchange.json(200, history::write);
    }
}
