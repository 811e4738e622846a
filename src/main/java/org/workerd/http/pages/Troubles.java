package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.workerd.job.JobState;
import org.workerd.job.Span;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.QueueList;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.ScheduleView;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Deaths;

/** Finds what is wrong, the worst first. For one page. */
public final class Troubles {
    /** So long a job may be ready before somebody should look. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final long LITTLE_ROOM = 1L << 30;
    /** So many are told apart; the others are in the list. */
    private static final int CAUSES = 5;

    private static final int LONGEST_ERROR = 160;
    private static final int LONGEST_SOUGHT = 400;

    private final Frame frame;
    private final Instant now;
    private final List<Trouble> found = new ArrayList<>();

    public Troubles(Frame frame, Instant now) {
        this.frame = frame;
        this.now = now;
    }

    /** Those that are severe, then the others, each in the order in which they were looked for. */
    public List<Trouble> found() {
        return found.stream()
                .sorted(Comparator.comparing(Trouble::isSevere).reversed())
                .toList();
    }

    /** Whether somebody claims jobs. */
    public void claiming(boolean isServed, boolean isDraining) {
        if (isDraining) {
            found.add(Trouble.severe(
                    "This daemon is stopping", "it claims no more jobs", frame.href("/daemons"), "Daemons"));
        } else if (!isServed) {
            found.add(Trouble.severe("No daemon claims jobs", "all of them wait", frame.href("/daemons"), "Daemons"));
        }
    }

    /** What became dead lately, by what it died of. */
    public void deaths(Deaths deaths, Duration within) {
        if (deaths.count() == 0) {
            return;
        }
        Query dead = Query.of("state", JobState.DEAD.word()).with("finished_since", Span.format(within));
        List<Trouble.Part> parts = deaths.causes().stream()
                .limit(CAUSES)
                .map(cause -> part(cause, dead))
                .toList();
        long others = deaths.causes().stream()
                .skip(CAUSES)
                .mapToLong(JobQueries.Cause::count)
                .sum();
        String many = (deaths.complete() ? "" : "at least ") + Figures.jobs(deaths.count());
        Trouble trouble = Trouble.severe(
                        many + " died in the last " + within.toHours() + " hours",
                        others == 0 ? "" : Figures.count(others) + " of them with other errors than these:",
                        frame.href(dead.behind("/jobs")),
                        "See them")
                .of(parts);
        String all = dead.with("action", "retry").with("all", "1").behind("/changes");
        found.add(frame.mayChange() ? trouble.with(frame.href(all), "Retry them…") : trouble);
    }

    private Trouble.Part part(JobQueries.Cause cause, Query dead) {
        String count = Figures.count(cause.count()) + " ×";
        return cause.error().isEmpty()
                ? new Trouble.Part(count, "without an error message", null)
                : new Trouble.Part(
                        count,
                        Figures.brief(cause.error(), LONGEST_ERROR),
                        frame.href(dead.with("error", sought(cause.error())).behind("/jobs")));
    }

    /** The error's beginning as it is stored, for it is looked for again. */
    private static String sought(String error) {
        return error.length() > LONGEST_SOUGHT ? error.substring(0, LONGEST_SOUGHT) : error;
    }

    /** Queues that are paused while jobs wait in them, or whose jobs wait for long. */
    public void queues(QueueList list) {
        list.queues().forEach((name, numbers) -> {
            long ready = numbers.count(JobState.READY);
            Duration oldest = numbers.oldestReady();
            WaitsFor waits = list.waits().get(name);
            // Names without a handler are told by themselves.
            boolean isTold = waits != null && waits.reason() == WaitsFor.Reason.NO_HANDLER;
            if (numbers.paused()) {
                found.add(paused(name, numbers, ready));
            } else if (oldest != null && oldest.compareTo(LONG) > 0 && !isTold) {
                found.add(Trouble.severe(
                        name + ": a job has been ready for " + Span.brief(oldest),
                        waits == null ? Figures.jobs(ready) + " ready" : waits.detail(),
                        frame.href(
                                Query.of("state", "ready").with("queue", name).behind("/jobs")),
                        "See them"));
            }
        });
    }

    private Trouble paused(String queue, QueueNumbers numbers, long ready) {
        String what = queue + " is paused";
        Moment since = Moment.ofNullable(numbers.pausedSince(), now);
        String when = since == null ? "" : "since " + since.exact() + ", " + since.words() + "; ";
        String detail = ready == 0
                ? "nothing waits in it"
                : Figures.jobs(ready) + (ready == 1 ? " waits in it" : " wait in it");
        return new Trouble(ready > 0, what, when + detail, frame.href("/queues"), "Queues", List.of(), null, "");
    }

    /** Names that have ready jobs and nothing to run them. */
    public void handlers(Map<String, String> objections, List<HandlerRow> rows) {
        objections.forEach((name, objection) -> found.add(Trouble.severe(
                "Jobs named " + name + " cannot run",
                objection,
                frame.href(Query.of("name", name).with("state", "ready").behind("/jobs")),
                "See them")));
        rows.stream()
                .filter(row -> !row.isAccepted() && !objections.containsKey(row.name()))
                .forEach(row -> found.add(Trouble.slight(
                        "The handler " + row.name() + " is refused",
                        String.valueOf(row.refusal()),
                        frame.href("/handlers"),
                        "Handlers")));
    }

    /** Schedules whose jobs cannot run. */
    public void schedules(List<ScheduleView> schedules) {
        schedules.stream().filter(ScheduleView::enabled).forEach(schedule -> schedule.objection()
                .ifPresent(objection -> found.add(Trouble.severe(
                        "Jobs of the schedule " + schedule.entry().id() + " cannot run",
                        objection,
                        frame.href("/schedules"),
                        "Schedules"))));
    }

    /** The queue's disk is nearly full. */
    public void disk(String directory, long freeBytes) {
        if (freeBytes < LITTLE_ROOM) {
            found.add(Trouble.severe(
                    "Only " + Figures.bytes(freeBytes) + " are free",
                    "in " + directory,
                    frame.href("/daemons"),
                    "Daemons"));
        }
    }
}
