package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Span;
import org.workerd.store.JobView;

/**
 * A job's life as a bar: where attempts ran, and where it waited between them.
 *
 * @param marks in thousandths of the whole
 */
public record Timeline(List<Mark> marks, Moment from, Moment to, String whole) {
    private static final long UNITS = 1_000;
    private static final long NARROWEST = 4;

    public Timeline {
        marks = List.copyOf(marks);
    }

    /**
     * One attempt.
     *
     * @param look how it ended
     */
    public record Mark(long x, long width, String look, String title) {}

    /** Until it ended, or until now. */
    public static Timeline of(JobView job, List<JobView.Attempt> attempts, Instant now) {
        Instant from = job.createdAt();
        Instant to = job.finishedAt() == null ? now : job.finishedAt();
        long whole = Math.max(1, Duration.between(from, to).toMillis());
        List<Mark> marks = new ArrayList<>();
        for (JobView.Attempt attempt : attempts) {
            Instant end = attempt.finishedAt() == null ? to : attempt.finishedAt();
            long x = at(Duration.between(from, attempt.startedAt()), whole);
            long width = Math.max(NARROWEST, at(Duration.between(from, end), whole) - x);
            marks.add(new Mark(Math.min(x, UNITS - width), width, look(attempt.outcome()), title(attempt, end)));
        }
        return new Timeline(marks, Moment.of(from, now), Moment.of(to, now), Span.brief(Duration.ofMillis(whole)));
    }

    private static long at(Duration since, long whole) {
        return Math.max(0, Math.min(UNITS, since.toMillis() * UNITS / whole));
    }

    private static String title(JobView.Attempt attempt, Instant end) {
        String outcome = attempt.outcome() == null ? "running" : attempt.outcome();
        return "#" + attempt.number() + " " + outcome + ", " + Span.brief(Duration.between(attempt.startedAt(), end));
    }

    static String look(@Nullable String outcome) {
        return outcome == null ? "running" : outcome.equals("done") ? "done" : "failed";
    }
}
