package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.workerd.job.Printable;
import org.workerd.job.Span;
import org.workerd.store.JobView;

/**
 * An attempt in a table.
 *
 * @param waited since the one before it ended, or since the job was enqueued
 * @param status how its program ended, like {@code exit 1}; empty: not by itself
 */
public record AttemptLine(
        int number,
        String look,
        String outcome,
        Moment begun,
        String waited,
        String took,
        String status,
        String error,
        String daemon) {
    /** All of them, in their order. */
    public static List<AttemptLine> of(JobView job, List<JobView.Attempt> attempts, Instant now) {
        List<AttemptLine> lines = new ArrayList<>();
        Instant before = job.createdAt();
        for (JobView.Attempt attempt : attempts) {
            Instant end = attempt.finishedAt() == null ? now : attempt.finishedAt();
            lines.add(new AttemptLine(
                    attempt.number(),
                    Timeline.look(attempt.outcome()),
                    attempt.outcome() == null ? "running" : attempt.outcome(),
                    Moment.of(attempt.startedAt(), now),
                    Span.brief(Duration.between(before, attempt.startedAt())),
                    Span.brief(Duration.between(attempt.startedAt(), end)),
                    status(attempt),
                    attempt.error() == null ? "" : Printable.lines(attempt.error()),
                    daemon(attempt)));
            before = end;
        }
        return lines;
    }

    private static String daemon(JobView.Attempt attempt) {
        String pid = attempt.daemonPid() == null ? "" : attempt.daemonPid().toString();
        return attempt.host() == null ? pid : (pid + "@" + Printable.line(attempt.host()));
    }

    private static String status(JobView.Attempt attempt) {
        return attempt.signal() != null
                ? "signal " + attempt.signal()
                : attempt.exitCode() != null ? "exit " + attempt.exitCode() : "";
    }
}
