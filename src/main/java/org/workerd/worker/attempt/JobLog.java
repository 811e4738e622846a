package org.workerd.worker.attempt;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Span;
import org.workerd.job.Verdict;

/** Each change of a job's state is one line: time, level, job, attempt, queue, name, state, and what belongs to it. */
public final class JobLog {
    private static final Logger LOG = LoggerFactory.getLogger("org.workerd.job");

    private JobLog() {}

    static void running(Claim claim, String what) {
        line(Level.INFO, claim).addKeyValue("state", JobState.RUNNING.word()).log(what);
    }

    /** What the verdict made of the job, after it was written. */
    public static void finished(Claim claim, Verdict verdict, Duration ran) {
        JobState state = verdict.next();
        Level level = state == JobState.DEAD || state == JobState.RETRYING ? Level.WARN : Level.INFO;
        LoggingEventBuilder line =
                line(level, claim).addKeyValue("state", state.word()).addKeyValue("ran", Span.brief(ran));
        Verdict.@Nullable AttemptRow row = verdict.row();
        if (row != null) {
            line = line.addKeyValue("outcome", row.outcome().replace(' ', '-'));
        }
        Instant due = verdict.due();
        if (due != null) {
            line = line.addKeyValue("next", due.truncatedTo(ChronoUnit.MILLIS));
        }
        line.log(row == null || row.error() == null ? "" : Names.printable(row.error()));
    }

    public static void lost(Claim claim) {
        line(Level.WARN, claim)
                .log("the attempt ended, but another daemon has claimed the job since: nothing was stored");
    }

    public static void warn(Claim claim, String what) {
        line(Level.WARN, claim).log(Names.printable(what));
    }

    private static LoggingEventBuilder line(Level level, Claim claim) {
        return LOG.atLevel(level)
                .addKeyValue("job", claim.jobId())
                .addKeyValue("attempt", claim.attempt())
                .addKeyValue("queue", claim.queue())
                .addKeyValue("name", claim.name());
    }
}
