package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.PrimitiveIterator;
import org.jspecify.annotations.Nullable;
import org.workerd.daemon.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Span;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;

/** Waits until jobs are final, and says with which status to exit for them. */
final class JobWaiter {
    private final Console console;
    private final Settings settings;
    private final @Nullable Duration timeout;
    private final long begun = System.nanoTime();

    /** Waiting so long at most; null: for ever. */
    JobWaiter(Console console, Settings settings, @Nullable Duration timeout) {
        this.console = console;
        this.settings = settings;
        this.timeout = timeout;
    }

    /** Waits for one job after the other, which takes as long as waiting for all: the first bad status, else 0. */
    int await(PrimitiveIterator.OfLong ids) throws IOException, InterruptedException {
        int status = 0;
        try (JobQueries queries = Main.database(settings).openForReading();
                QueueChanges changes = new QueueChanges(settings.queueFile(), queries)) {
            while (ids.hasNext()) {
                JobView job = await(ids.nextLong(), queries, changes);
                if (!job.state().isFinal()) {
                    console.say("workerd: job " + job.id() + " is still "
                            + job.state().word() + " after " + Span.format(timeout == null ? Duration.ZERO : timeout));
                    return status == 0 ? ExitCode.TIMED_OUT.status() : status;
                }
                int own = status(job, queries.attempts(job.id()));
                if (own != 0) {
                    String error = job.error() == null ? "" : ": " + org.workerd.job.Names.printable(job.error());
                    console.say(
                            "workerd: job " + job.id() + " is " + job.state().word() + error);
                }
                status = status == 0 ? own : status;
            }
        }
        return status;
    }

    /** As it was when it had become final, or when the time was up. */
    private JobView await(long id, JobQueries queries, QueueChanges changes) throws InterruptedException {
        JobView job = Show.find(queries, id);
        while (!job.state().isFinal() && left().toNanos() > 0) {
            changes.await(left());
            job = Show.find(queries, id);
        }
        return job;
    }

    private Duration left() {
        return timeout == null ? Duration.ofDays(1) : timeout.minusNanos(System.nanoTime() - begun);
    }

    /** What to exit with for this final job. */
    static int status(JobView job, List<JobView.Attempt> attempts) {
        if (job.state() == JobState.DONE) {
            return 0;
        }
        JobView.@Nullable Attempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
        if (job.state() != JobState.DEAD || last == null) {
            return ExitCode.NEVER_RAN.status();
        }
        if ("timeout".equals(last.outcome())) {
            return ExitCode.TIMED_OUT.status();
        }
        if (last.signal() != null) {
            return ExitCode.SIGNALLED + last.signal();
        }
        if (last.exitCode() != null && last.exitCode() != 0) {
            return last.exitCode();
        }
        // A Java handler fails without an exit status.
        return "failed".equals(last.outcome()) ? ExitCode.FAILED.status() : ExitCode.NEVER_RAN.status();
    }
}
