package org.workerd.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.Charts;
import org.workerd.http.pages.DaemonsPage;
import org.workerd.http.pages.Figures;
import org.workerd.http.pages.Frame;
import org.workerd.http.pages.HandlersPage;
import org.workerd.http.pages.JobLine;
import org.workerd.http.pages.Moment;
import org.workerd.http.pages.OverviewPage;
import org.workerd.http.pages.QueueLine;
import org.workerd.http.pages.Tiles;
import org.workerd.http.pages.Troubles;
import org.workerd.job.JobState;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.HandlerView;
import org.workerd.ops.History;
import org.workerd.ops.ListenState;
import org.workerd.ops.LiveDaemons;
import org.workerd.ops.QueueList;
import org.workerd.ops.ScheduleView;
import org.workerd.ops.WaitReasons;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.JobQueries.Filter;

/** The first page, and those of what is there beside jobs: handlers and daemons. For the thread of the API. */
final class OverviewPages {
    private static final int SHOWN = 8;
    private static final int MOST_RUNNING = 100;
    private static final Duration LATELY = Duration.ofDays(1);

    private final Room room;
    private final Pages pages;

    OverviewPages(Room room, Pages pages) {
        this.room = room;
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/", Access.CALLERS, 0, this::overview),
                Route.of("GET", "/handlers", Access.CALLERS, 0, this::handlers),
                Route.of("GET", "/daemons", Access.CALLERS, 0, this::daemons));
    }

    private void overview(Exchange exchange) {
        Frame frame = pages.frame(exchange, "/", "Overview");
        String word = exchange.parameter("window");
        History.Window window = History.Window.ofWord(word == null ? "" : word).orElse(History.Window.HOUR);
        Pages.send(exchange, 200, "overview.jte", room.read(queries -> overview(frame, window, queries)));
    }

    private OverviewPage overview(Frame frame, History.Window window, JobQueries queries) {
        WaitReasons reasons = room.reasons(queries);
        QueueList queues =
                QueueList.of(queries, room.settings().limits(), room.now()).with(reasons, queries);
        return new OverviewPage(
                frame,
                troubles(frame, queries, queues, reasons).found(),
                Tiles.of(frame, queues.queues().values(), LiveDaemons.of(queries)),
                Charts.of(History.of(queries, window, null, room.now()), room.now()),
                QueueLine.of(queues, room.now()),
                newest(queries, Set.of(JobState.RUNNING), SHOWN),
                newest(queries, Set.of(JobState.DEAD, JobState.RETRYING), SHOWN));
    }

    private Troubles troubles(Frame frame, JobQueries queries, QueueList queues, WaitReasons reasons) {
        Troubles troubles = new Troubles(frame, room.now());
        HandlerView handlers = room.handlers();
        troubles.claiming(reasons.isServed(), room.parts().pulse().isDraining());
        troubles.deaths(queries.deathsSince(room.now().minus(LATELY)), LATELY);
        troubles.queues(queues);
        troubles.handlers(missing(queries, handlers), HandlerRow.of(handlers.handlers()));
        troubles.schedules(ScheduleView.of(room.settings().cron(), Optional.of(queries), handlers));
        troubles.disk(directory().toString(), free());
        return troubles;
    }

    /** The names that have ready jobs which cannot run, and why. */
    private static Map<String, String> missing(JobQueries queries, HandlerView handlers) {
        Map<String, String> missing = new TreeMap<>();
        queries.namesWithReady()
                .forEach(name -> handlers.objection(name).ifPresent(objection -> missing.put(name, objection)));
        return missing;
    }

    private List<JobLine> newest(JobQueries queries, Set<JobState> states, int most) {
        Filter filter = Filter.ALL.withStates(states);
        return JobLines.of(room, queries, filter, most, Long.MAX_VALUE).lines();
    }

    private Path directory() {
        return room.settings().directory().path();
    }

    /** Asked of the file system itself: in a chroot its mount may not be listed. */
    private long free() {
        return directory().toFile().getUsableSpace();
    }

    private void handlers(Exchange exchange) {
        HandlerView handlers = room.handlers();
        Map<String, String> missing = room.read(queries -> missing(queries, handlers));
        Pages.send(
                exchange,
                200,
                "handlers.jte",
                new HandlersPage(
                        pages.frame(exchange, "/handlers", "Handlers"),
                        handlers.handlers().directory().toString(),
                        HandlerRow.of(handlers.handlers()),
                        missing));
    }

    private void daemons(Exchange exchange) throws IOException {
        Path states = room.parts().states();
        List<ListenState> listens = Files.exists(states) ? ListenState.read(states) : List.of();
        Frame frame = pages.frame(exchange, "/daemons", "Daemons");
        DaemonsPage page = room.read(queries -> new DaemonsPage(
                frame,
                lines(LiveDaemons.of(queries)),
                newest(queries, Set.of(JobState.RUNNING), MOST_RUNNING),
                listens,
                room.settings().queue().text(),
                directory().toString(),
                Figures.bytes(free())));
        Pages.send(exchange, 200, "daemons.jte", page);
    }

    private List<DaemonsPage.Line> lines(List<DaemonView> daemons) {
        List<DaemonsPage.Line> lines = new ArrayList<>();
        for (DaemonView daemon : daemons) {
            boolean isThis = room.parts().states().getFileName().toString().equals(daemon.id() + ".http");
            lines.add(new DaemonsPage.Line(
                    daemon.pid(),
                    daemon.host(),
                    daemon.busy(),
                    daemon.slots(),
                    Moment.of(daemon.startedAt(), room.now()),
                    isThis));
        }
        return lines;
    }
}
