package org.workerd.http;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.Query;
import org.workerd.http.pages.SchedulesPage;
import org.workerd.job.CronEntry;
import org.workerd.ops.ScheduleView;
import org.workerd.store.Moves;

/** The page of the schedules, and the forms that run, disable and enable them. For the thread of the API. */
final class SchedulePages {
    private static final int SMALL = 4 << 10;
    private static final String SECTION = "/schedules";

    private final Room room;
    private final Pages pages;

    SchedulePages(Room room, Pages pages) {
        this.room = room;
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", SECTION, Access.CALLERS, 0, this::list),
                Route.of("POST", "/schedules/{id}/run", Access.CALLERS, SMALL, this::run),
                Route.of("POST", "/schedules/{id}/disable", Access.CALLERS, SMALL, this::disable),
                Route.of("POST", "/schedules/{id}/enable", Access.CALLERS, SMALL, this::enable));
    }

    private void list(Exchange exchange) {
        List<SchedulesPage.Line> lines = room.read(
                queries -> ScheduleView.of(room.settings().cron(), Optional.of(queries), room.handlers()).stream()
                        .map(view -> SchedulesPage.Line.of(view, room.now()))
                        .toList());
        Pages.send(
                exchange, 200, "schedules.jte", new SchedulesPage(pages.frame(exchange, SECTION, "Schedules"), lines));
    }

    private void run(Exchange exchange) {
        CronEntry entry = entry(exchange, "run");
        room.change(
                exchange,
                job -> OverviewRoutes.ran(entry, job),
                moves -> OverviewRoutes.run(entry, moves, room.now()),
                job -> Pages.seeOther(exchange, Query.of("said", "stored").behind("/jobs/" + job)));
    }

    private void disable(Exchange exchange) {
        CronEntry entry = entry(exchange, "disable");
        change(exchange, entry, "disable", "disabled", moves -> moves.disableCron(entry.id(), room.now()));
    }

    private void enable(Exchange exchange) {
        CronEntry entry = entry(exchange, "enable");
        change(exchange, entry, "enable", "enabled", moves -> moves.enableCron(entry.id(), room.now()));
    }

    private void change(Exchange exchange, CronEntry entry, String verb, String said, Predicate<Moves> change) {
        room.change(
                exchange,
                verb + " of the schedule " + entry.id(),
                change::test,
                changed -> Pages.seeOther(exchange, Query.of("said", said).behind(SECTION)));
    }

    private CronEntry entry(Exchange exchange, String verb) {
        CronEntry entry = OverviewRoutes.entry(room, exchange.named("id"));
        pages.form(exchange, SECTION + "/" + entry.id() + "/" + verb);
        return entry;
    }
}
