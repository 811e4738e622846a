package org.workerd.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.StateColours;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobView;

/** Jobs for people, a line each: what they are, how far they got, and what a person asks next. Not thread-safe. */
final class JobTable {
    private static final int STATE = 4;
    private static final String NOTHING = "-";

    private final Main main;
    private final Settings settings;
    private final Instant now;
    private final Table table =
            new Table("ID", "NAME", "ARGS", "QUEUE", "STATE", "ATTEMPT", "TOOK", "ENDED/DUE", "NOTE");

    JobTable(Main main, Settings settings) {
        this.main = main;
        this.settings = settings;
        this.now = main.now();
        if (main.colours()) {
            table.colour(STATE, StateColours::of);
        }
    }

    /** @param host where it runs, when that is another machine */
    void add(JobView job, @Nullable WaitsFor waitsFor, @Nullable String host) {
        String args = String.join(" ", job.args().stream().map(ShellWord::of).toList());
        table.row(
                Long.toString(job.id()),
                job.name(),
                args.isEmpty() ? NOTHING : args,
                job.queue(),
                job.state().word(),
                job.attempt() + "/" + job.lastAttempt(settings.policies().of(job.name())),
                took(job),
                endedOrDue(job),
                note(job, waitsFor, host));
    }

    void print() {
        main.console().print(table);
    }

    private String took(JobView job) {
        Instant end = job.state() == JobState.RUNNING ? now : job.finishedAt();
        return job.startedAt() == null || end == null ? NOTHING : Span.brief(Duration.between(job.startedAt(), end));
    }

    private String endedOrDue(JobView job) {
        Instant time = isDueLater(job) ? job.runAt() : job.finishedAt();
        return time == null ? NOTHING : time(time);
    }

    private static boolean isDueLater(JobView job) {
        return job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYING;
    }

    /** Its progress, why it waits, or what went wrong. */
    private String note(JobView job, @Nullable WaitsFor waitsFor, @Nullable String host) {
        if (job.state() == JobState.RUNNING) {
            String progress = Show.progress(job.progress());
            return Stream.of(host == null ? null : "on " + host, progress)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining(", "));
        }
        if (waitsFor != null && !isDueLater(job)) {
            return waitsFor.detail() + (waitsFor.until() == null ? "" : ", until " + time(waitsFor.until()));
        }
        return job.error() == null ? "" : job.error();
    }

    private String time(Instant time) {
        return main.console().isTerminal() ? Times.relative(time, now) : Times.rfc3339(time);
    }
}
