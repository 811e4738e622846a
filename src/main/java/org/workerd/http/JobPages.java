package org.workerd.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.AttemptLine;
import org.workerd.http.pages.Frame;
import org.workerd.http.pages.JobPage;
import org.workerd.http.pages.JobPage.Fact;
import org.workerd.http.pages.JobsPage;
import org.workerd.http.pages.Moment;
import org.workerd.http.pages.Query;
import org.workerd.http.pages.Text;
import org.workerd.http.pages.Timeline;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Printable;
import org.workerd.job.Span;
import org.workerd.ops.JobOutput;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobView;

/** The list of jobs, and one job. For the thread of the API. */
final class JobPages {
    private static final int ON_A_PAGE = 50;
    private static final int MOST_OUTPUT = 48 << 10;
    private static final String SECTION = "/jobs";
    private static final Set<String> COUNTED = Set.of("state", "queue", "before");

    private final Room room;
    private final Pages pages;

    JobPages(Room room, Pages pages) {
        this.room = room;
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/jobs", Access.CALLERS, 0, this::list),
                Route.of("GET", "/jobs/{id}", Access.CALLERS, 0, this::show));
    }

    private void list(Exchange exchange) {
        Query query = query(exchange);
        Frame frame = pages.frame(exchange, SECTION, "Jobs");
        try {
            Filter filter = filter(query, room.now());
            String before = query.value("before");
            long below = before.isEmpty() ? Long.MAX_VALUE : Exchange.number(before, "job");
            JobLines found = room.read(queries -> JobLines.of(room, queries, filter, ON_A_PAGE, below));
            Long next = found.next();
            String older = next == null
                    ? null
                    : frame.href(query.with("before", next.toString()).behind(SECTION));
            Pages.send(
                    exchange,
                    200,
                    "jobs.jte",
                    new JobsPage(frame, query, counts(query), found.lines(), older, found.lookedBackTo(), null));
        } catch (Problem problem) {
            if (problem.status() >= 500) {
                throw problem;
            }
            String objection = String.valueOf(problem.getMessage());
            Pages.send(
                    exchange,
                    problem.status(),
                    "jobs.jte",
                    new JobsPage(frame, query, Map.of(), List.of(), null, null, objection));
        }
    }

    /** The queue keeps them by queue and state: of other filters none are known. */
    private Map<JobState, Long> counts(Query query) {
        if (!COUNTED.containsAll(query.values().keySet())) {
            return Map.of();
        }
        String queue = query.value("queue");
        Map<JobState, Long> sums = new EnumMap<>(JobState.class);
        room.read(JobQueries::counts).forEach((name, states) -> {
            if (queue.isEmpty() || queue.equals(name)) {
                states.forEach((state, count) -> sums.merge(state, count, Long::sum));
            }
        });
        return sums;
    }

    /** The filters that are given: a form sends its empty fields, too. */
    static Query query(Exchange exchange) {
        Query query = Query.NONE;
        for (String name : exchange.parameters()) {
            if (Filters.NAMES.contains(name) || name.equals("before")) {
                query = query.with(
                        name, String.valueOf(exchange.parameter(name)).strip());
            }
        }
        return query;
    }

    static Filter filter(Query query, Instant now) {
        Map<String, String> filters = new LinkedHashMap<>(query.values());
        filters.keySet().retainAll(Filters.NAMES);
        return Filters.of(filters, now);
    }

    private void show(Exchange exchange) {
        long id = exchange.id();
        Frame frame = pages.frame(exchange, SECTION, "Job " + id);
        JobPage page = room.read(queries -> page(frame, JobRoutes.find(queries, id), queries));
        Pages.send(exchange, 200, "job.jte", page);
    }

    private JobPage page(Frame frame, JobView job, JobQueries queries) {
        Instant now = room.now();
        WaitsFor waits = room.reasons(queries).of(job).orElse(null);
        List<JobView.Attempt> attempts = queries.attempts(job.id());
        return new JobPage(
                frame,
                JobLines.line(room, job, waits),
                waits == null ? "" : waits.detail() + until(waits, now),
                facts(frame, job, now),
                Timeline.of(job, attempts, now),
                AttemptLine.of(job, attempts, now),
                job.args().stream().map(Printable::lines).toList(),
                Text.of(job.payload()),
                Text.of(job.result()),
                job.error() == null ? "" : Printable.lines(job.error()),
                attempts.isEmpty() ? null : output(job, attempts.get(attempts.size() - 1), queries));
    }

    private static String until(WaitsFor waits, Instant now) {
        return waits.until() == null ? "" : ", " + Moment.of(waits.until(), now).words();
    }

    private List<Fact> facts(Frame frame, JobView job, Instant now) {
        JobPolicy policy = room.settings().policies().of(job.name());
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(
                "Queue", job.queue(), frame.href(Query.of("queue", job.queue()).behind(SECTION)), null));
        facts.add(new Fact(
                "Name", job.name(), frame.href(Query.of("name", job.name()).behind(SECTION)), null));
        if (job.key() != null) {
            facts.add(new Fact(
                    "Key",
                    Printable.line(job.key()),
                    frame.href(Query.of("key", job.key()).behind(SECTION)),
                    null));
        }
        if (job.cron() != null) {
            facts.add(new Fact(
                    "Schedule",
                    job.cron(),
                    frame.href(Query.of("cron", job.cron()).behind(SECTION)),
                    null));
        }
        for (String tag : job.tags()) {
            facts.add(new Fact(
                    "Tag", Printable.line(tag), frame.href(Query.of("tag", tag).behind(SECTION)), null));
        }
        for (long parent : job.after()) {
            facts.add(new Fact("After", "job " + parent, frame.href(SECTION + "/" + parent), null));
        }
        facts.add(Fact.of("Priority", Integer.toString(job.priority())));
        facts.add(Fact.of("Attempt", job.attempt() + " of " + job.lastAttempt(policy)));
        Long timeout = job.timeoutMillis();
        facts.add(Fact.of("Timeout", Span.format(timeout == null ? policy.timeout() : Duration.ofMillis(timeout))));
        facts.add(Fact.at("Enqueued", Moment.of(job.createdAt(), now)));
        Instant due = job.runAt();
        if (due != null && (job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYING)) {
            facts.add(Fact.at("Due", Moment.of(due, now)));
        }
        if (job.startedAt() != null) {
            facts.add(Fact.at("Last begun", Moment.of(job.startedAt(), now)));
        }
        if (job.finishedAt() != null) {
            facts.add(Fact.at("Ended", Moment.of(job.finishedAt(), now)));
        }
        return facts;
    }

    /** Its end, which is what one wants to see. */
    private JobPage.Output output(JobView job, JobView.Attempt attempt, JobQueries queries) {
        LastBytes last = new LastBytes(MOST_OUTPUT);
        try {
            new JobOutput(room.settings(), queries, job).copyTo(last, attempt.number());
        } catch (IOException unreadable) {
            last.writeBytes(("cannot be read: " + unreadable.getMessage()).getBytes(StandardCharsets.UTF_8));
        }
        boolean isRunning = job.state() == JobState.RUNNING && attempt.finishedAt() == null;
        return new JobPage.Output(attempt.number(), Printable.lines(last.text()), last.isCut(), isRunning);
    }

    /** Keeps what was written last. */
    private static final class LastBytes extends ByteArrayOutputStream {
        private final int most;
        private boolean cut;

        LastBytes(int most) {
            super(most);
            this.most = most;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            if (count > 2 * most) {
                keepLast();
            }
        }

        private void keepLast() {
            System.arraycopy(buf, count - most, buf, 0, most);
            count = most;
            cut = true;
        }

        synchronized String text() {
            if (count > most) {
                keepLast();
            }
            return toString(StandardCharsets.UTF_8);
        }

        boolean isCut() {
            return cut;
        }
    }
}
