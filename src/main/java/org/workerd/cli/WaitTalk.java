package org.workerd.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.WaitText;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Progress;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;

/** Tells a person at a terminal what becomes of the jobs he waits for; says nothing to anybody else. Not thread-safe. */
final class WaitTalk {
    /** A busy queue changes a thousand times a second; why a job waits is asked no more often than this. */
    private static final long PAUSE = Duration.ofMillis(250).toNanos();

    private static final int BAR = 20;

    private final Main main;
    private final Settings settings;
    private final JobQueries queries;
    private final boolean bars;
    private final Map<Long, Told> told = new HashMap<>();
    private boolean drawn;

    /** {@code bars}: progress may be drawn, for nothing else is printed there. */
    WaitTalk(Main main, Settings settings, JobQueries queries, boolean bars) {
        this.main = main;
        this.settings = settings;
        this.queries = queries;
        this.bars = bars;
    }

    /** What was said of a job last. */
    private static final class Told {
        private String state = "";
        private String reason = "";
        private String progress = "";
        private long asked;
    }

    /** Says what is new of this job. */
    void tell(JobView job) {
        if (!main.console().isListenedTo()) {
            return;
        }
        Told last = told.computeIfAbsent(job.id(), id -> new Told());
        String state = job.state().word() + job.attempt();
        boolean changed = !state.equals(last.state);
        last.state = state;
        if (changed) {
            saidOf(job).ifPresent(this::say);
        }
        long time = System.nanoTime();
        if (changed || time - last.asked >= PAUSE) {
            last.asked = time;
            reason(job, last);
        }
        progress(job, last);
    }

    /** A line over whatever progress stands there. */
    void say(String line) {
        if (drawn) {
            main.console().progress("");
            drawn = false;
        }
        main.console().say("workerd: " + line);
    }

    /** Empty: why it waits says it all, or it is said elsewhere how it ended. */
    private static Optional<String> saidOf(JobView job) {
        return switch (job.state()) {
            case RUNNING -> Optional.of(name(job) + " runs" + (job.attempt() > 1 ? ", attempt " + job.attempt() : ""));
            case RETRYING -> Optional.of(name(job) + " is retrying: " + Names.printable(String.valueOf(job.error())));
            case DONE -> Optional.of(name(job) + " is done");
            case BLOCKED, SCHEDULED, READY, DEAD, CANCELLED -> Optional.empty();
        };
    }

    private void reason(JobView job, Told last) {
        Instant now = main.now();
        Optional<WaitsFor> waitsFor = main.waitReasons(settings, queries).of(job);
        String reason = waitsFor.map(WaitsFor::detail).orElse("");
        if (!reason.equals(last.reason)) {
            waitsFor.ifPresent(found -> say(name(job) + " waits: " + Names.printable(WaitText.of(found, now, true))));
        }
        last.reason = reason;
    }

    private void progress(JobView job, Told last) {
        Progress progress = job.progress();
        if (!bars || progress == null || job.state() != JobState.RUNNING) {
            return;
        }
        String line = name(job) + " " + bar(progress);
        if (!line.equals(last.progress)) {
            last.progress = line;
            drawn = true;
            // One column less: in the last one some terminals begin a new line.
            main.console()
                    .progress(Table.cut(Names.printable(line), main.console().width() - 1));
        }
    }

    private static String bar(Progress progress) {
        int full = progress.percent() * BAR / 100;
        String message = progress.message() == null ? "" : " " + progress.message();
        return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "] " + progress.percent() + "%" + message;
    }

    private static String name(JobView job) {
        return "job " + job.id();
    }
}
