package org.workerd.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.ChangePage;
import org.workerd.http.pages.Frame;
import org.workerd.http.pages.JobLine;
import org.workerd.http.pages.Query;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Filter;

/**
 * What is done to jobs from pages: to one at once, to those that were ticked and to all that match a filter after the
 * question whether one means it. For the thread of the API.
 */
final class ChangePages {
    /** So that the browser is answered before it gives up; the rest is asked for anew. */
    private static final int MOST = 20_000;

    private static final int SAMPLES = 10;
    private static final int SMALL = 4 << 10;
    private static final int LONGEST = 64 << 10;
    private static final String PATH = "/changes";

    private final Room room;
    private final Pages pages;
    private final MatchingIds matching;

    ChangePages(Room room, Pages pages) {
        this.room = room;
        this.matching = new MatchingIds(room);
        this.pages = pages;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.of("GET", PATH, Access.CALLERS, 0, this::ask));
        routes.add(Route.of("POST", PATH, Access.CALLERS, LONGEST, this::change));
        for (JobAction action : JobAction.values()) {
            String path = "/jobs/{id}/" + action.verb();
            routes.add(Route.of("POST", path, Access.CALLERS, SMALL, exchange -> one(exchange, action)));
        }
        return routes;
    }

    private void one(Exchange exchange, JobAction action) throws Exception {
        long id = exchange.id();
        pages.form(exchange, "/jobs/" + id + "/" + action.verb());
        room.read(queries -> JobRoutes.find(queries, id));
        JobChange change = ManyChanges.of(action, false, false, exchange);
        new ManyChanges(room, exchange, change, new long[] {id}).then(outcome -> {
            if (outcome.changed() == 0) {
                String why = outcome.refusals().get(0).sentence();
                throw new Problem(409, "conflict", why, "");
            }
            String back = action == JobAction.DELETE ? "/jobs" : "/jobs/" + id;
            Pages.seeOther(exchange, said(Query.NONE, action, outcome).behind(back));
        });
    }

    private static Query said(Query query, JobAction action, ManyChanges.Outcome outcome) {
        return query.with("said", action.done())
                .with("changed", Integer.toString(outcome.changed()))
                .with("refused", outcome.refused() == 0 ? null : Integer.toString(outcome.refused()));
    }

    private void ask(Exchange exchange) throws Exception {
        JobAction action = action(String.valueOf(exchange.parameter("action")));
        Frame frame = pages.frame(exchange, "/jobs", "Are you sure?");
        if (exchange.isSet("all")) {
            Query query = JobPages.query(exchange).with("before", null);
            matching(query, action, Long.MAX_VALUE, exchange, ids -> ask(exchange, frame, action, query, ids));
            return;
        }
        List<Long> ticked = ids(exchange.parameters("id"));
        if (ticked.isEmpty()) {
            throw new Problem(422, "invalid", "no job was ticked", "Go back and tick some, or choose all that match.");
        }
        JobChange change = ManyChanges.of(action, false, false, exchange);
        Pages.send(exchange, 200, "changes.jte", room.read(queries -> ofTicked(frame, change, ticked, queries)));
    }

    private void ask(Exchange exchange, Frame frame, JobAction action, Query query, long[] ids) {
        // Jobs that come while one reads are not hit.
        long upto = ids.length == 0 ? 0 : ids[ids.length - 1];
        Query asked = query.with("all", "1").with("upto", Long.toString(upto));
        List<JobLine> samples = ids.length == 0
                ? List.of()
                : room.read(queries -> JobLines.of(
                                room, queries, possible(query, action).orElseThrow(), SAMPLES, upto + 1)
                        .lines());
        Pages.send(
                exchange,
                200,
                "changes.jte",
                new ChangePage(frame, action, ids.length, asked, List.of(), samples, 0, MOST));
    }

    private static JobAction action(String verb) {
        return JobAction.ofVerb(verb).orElseThrow(() -> Problem.invalid("expected retry, cancel or delete"));
    }

    private static List<Long> ids(List<String> digits) {
        return digits.stream()
                .map(one -> Exchange.number(one, "job"))
                .distinct()
                .sorted()
                .toList();
    }

    private ChangePage ofTicked(Frame frame, JobChange change, List<Long> ticked, JobQueries queries) {
        List<Long> ids = change.foresee(ticked, queries).changed();
        List<JobLine> samples = new ArrayList<>();
        for (long id : ids) {
            queries.find(id).ifPresent(job -> samples.add(0, JobLines.line(room, job, null)));
        }
        return new ChangePage(
                frame, change.action(), ids.size(), Query.NONE, ids, samples, ticked.size() - (long) ids.size(), MOST);
    }

    /** Those that match and are in a state for it; empty: there are none. */
    private Optional<Filter> possible(Query query, JobAction action) {
        if (query.values().isEmpty()) {
            throw Problem.invalid("say which jobs: a filter is needed");
        }
        return action.among(JobPages.filter(query, room.now()));
    }

    /** Finds those that match, can have it done to them, and are no younger. */
    private void matching(Query query, JobAction action, long upto, Exchange exchange, MatchingIds.Then then)
            throws Exception {
        Optional<Filter> filter = possible(query, action);
        if (filter.isEmpty()) {
            then.with(new long[0]);
        } else {
            matching.of(filter.get(), upto, exchange, then);
        }
    }

    private void change(Exchange exchange) throws Exception {
        Form form = pages.form(exchange, PATH);
        JobAction action = action(form.value("action"));
        if (form.value("all").equals("1")) {
            Query query = filter(form);
            long upto = Exchange.number(form.value("upto"), "job");
            matching(query, action, upto, exchange, ids -> change(exchange, action, query, ids, true));
        } else {
            long[] ids = ids(form.values("id")).stream().mapToLong(id -> id).toArray();
            change(exchange, action, Query.NONE, ids, false);
        }
    }

    private void change(Exchange exchange, JobAction action, Query query, long[] ids, boolean isFilter)
            throws Exception {
        boolean isRest = ids.length > MOST;
        long[] some = isRest ? Arrays.copyOf(ids, MOST) : ids;
        JobChange change = ManyChanges.of(action, false, isFilter, exchange);
        new ManyChanges(room, exchange, change, some).then(outcome -> {
            Query said = said(query, action, outcome);
            // Those that could not be changed still match: to ask again for them would never end.
            String next = isRest && outcome.changed() > 0
                    ? said.with("action", action.verb()).with("all", "1").behind(PATH)
                    : said.behind("/jobs");
            Pages.seeOther(exchange, next);
        });
    }

    private static Query filter(Form form) {
        Query query = Query.NONE;
        for (Map.Entry<String, String> one : form.first().entrySet()) {
            if (Filters.NAMES.contains(one.getKey())) {
                query = query.with(one.getKey(), one.getValue());
            }
        }
        return query;
    }
}
