package org.workerd.worker.cron;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.workerd.job.CronEntry;
import org.workerd.job.JobState;

/** What became of a schedule, told in the log once it is written: a line each. */
sealed interface CronNews {
    Logger LOG = LoggerFactory.getLogger("org.workerd.cron");

    void tell();

    private static LoggingEventBuilder line(Level level, CronEntry entry) {
        return LOG.atLevel(level).addKeyValue("cron", entry.id());
    }

    /** It is new here, or has another schedule or zone than before. */
    record Begun(CronEntry entry, Optional<Instant> next) implements CronNews {
        @Override
        public void tell() {
            line(Level.INFO, entry)
                    .addKeyValue("next", next.map(Instant::toString).orElse("never"))
                    .log("is new or has changed: it starts now");
        }
    }

    record Enqueued(CronEntry entry, Instant slot, long job) implements CronNews {
        @Override
        public void tell() {
            // In the order of every line about a job's state.
            LOG.atInfo()
                    .addKeyValue("job", job)
                    .addKeyValue("attempt", 0)
                    .addKeyValue("queue", entry.job().queue())
                    .addKeyValue("name", entry.job().name())
                    .addKeyValue("state", JobState.READY.word())
                    .addKeyValue("cron", entry.id())
                    .addKeyValue("slot", slot)
                    .log("");
        }
    }

    /** Slots that get no job of their own, from this one on. */
    record PassedOver(CronEntry entry, Instant first, List<Instant> run) implements CronNews {
        @Override
        public void tell() {
            switch (entry.missed()) {
                case ONCE ->
                    line(Level.INFO, entry)
                            .addKeyValue("slot", first)
                            .log("was missed; enqueued one job for all missed runs");
                case SKIP ->
                    line(Level.WARN, entry)
                            .addKeyValue("slot", first)
                            .log("was missed and is skipped, as are all runs missed since");
                case ALL ->
                    line(Level.WARN, entry)
                            .addKeyValue("slot", first)
                            .log("was missed, with more than {} other runs: only the latest are enqueued", run.size());
            }
        }
    }

    record Overlapped(CronEntry entry, Instant slot, long running) implements CronNews {
        @Override
        public void tell() {
            line(Level.WARN, entry)
                    .addKeyValue("slot", slot)
                    .log("is skipped: its last job, {}, has not ended", running);
        }
    }

    /** Not for everybody: of a schedule for each minute it would fill the log. */
    record Dropped(CronEntry entry, Instant first) implements CronNews {
        @Override
        public void tell() {
            line(Level.DEBUG, entry).addKeyValue("slot", first).log("is disabled: no job enqueued");
        }
    }

    record Adrift(CronEntry entry, Instant lastRun) implements CronNews {
        @Override
        public void tell() {
            line(Level.WARN, entry)
                    .log(
                            "last ran at {}, which is far in the future: the clock was wrong; continuing from now",
                            lastRun);
        }
    }
}
