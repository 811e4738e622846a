package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Printable;
import org.workerd.job.Progress;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobView;

/**
 * A job in a table: what it is, how far it got, and what a person asks next.
 *
 * @param took how long its last attempt took, or takes; empty: none has begun
 * @param when it ended or is due, else when it was enqueued
 * @param percent null: nothing is known of its progress
 */
public record JobLine(
        long id,
        String name,
        String args,
        String queue,
        JobState state,
        String attempt,
        String took,
        Moment when,
        String note,
        @Nullable Integer percent) {
    private static final int LONGEST_ARGS = 120;
    private static final int LONGEST_NOTE = 200;

    /** As it is now. */
    public static JobLine of(JobView job, JobPolicy policy, @Nullable WaitsFor waitsFor, Instant now) {
        Progress progress = job.state() == JobState.RUNNING ? job.progress() : null;
        return new JobLine(
                job.id(),
                job.name(),
                args(job),
                job.queue(),
                job.state(),
                job.attempt() + "/" + job.lastAttempt(policy),
                took(job, now),
                Moment.of(time(job), now),
                Figures.brief(note(job, waitsFor), LONGEST_NOTE),
                progress == null ? null : progress.percent());
    }

    private static String args(JobView job) {
        String words =
                job.args().stream().limit(LONGEST_ARGS).map(ShellWord::of).collect(Collectors.joining(" "));
        return words.length() > LONGEST_ARGS ? words.substring(0, LONGEST_ARGS) + "…" : words;
    }

    private static String took(JobView job, Instant now) {
        Instant begun = job.startedAt();
        Instant end = job.state() == JobState.RUNNING ? now : job.finishedAt();
        return begun == null || end == null ? "" : Span.brief(Duration.between(begun, end));
    }

    /** Ended, due, begun or enqueued: what its state makes one ask for. */
    private static Instant time(JobView job) {
        Instant time =
                switch (job.state()) {
                    case SCHEDULED, RETRYING -> job.runAt();
                    case RUNNING -> job.startedAt();
                    case DONE, DEAD, CANCELLED -> job.finishedAt();
                    case BLOCKED, READY -> null;
                };
        return time == null ? job.createdAt() : time;
    }

    /** Its progress, why it waits, or what went wrong. */
    private static String note(JobView job, @Nullable WaitsFor waitsFor) {
        Progress progress = job.progress();
        if (job.state() == JobState.RUNNING) {
            return progress == null || progress.message() == null ? "" : Printable.line(progress.message());
        }
        boolean waits = waitsFor != null && waitsFor.reason() != WaitsFor.Reason.TIME;
        if (waits && waitsFor != null) {
            return waitsFor.detail();
        }
        return job.error() == null ? "" : job.error();
    }
}
