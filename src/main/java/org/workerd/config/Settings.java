package org.workerd.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.CronEntry;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.store.QueueUrl;

/**
 * The configuration in force, as plain values; every path is absolute. Immutable.
 *
 * @param drainTimeout null: as long as the jobs take
 * @param handoverTimeout how long handlers in Java may still run when another version of the daemon takes over
 * @param directory where the daemons of this machine keep what is theirs
 * @param concurrency how many jobs run at once
 * @param cron in the order of their IDs
 * @param plugins the directory of the jars with handlers in Java; empty: none
 * @param http empty: it is off
 * @param handlersEnv what handlers find in their environment besides the usual
 */
public record Settings(
        Path pidfile,
        @Nullable Duration drainTimeout,
        Duration handoverTimeout,
        DaemonDirectory directory,
        QueueUrl queue,
        Fence fence,
        int concurrency,
        Duration pollInterval,
        Path handlersDir,
        Optional<Path> plugins,
        Map<String, String> handlersEnv,
        Logging logging,
        Policies policies,
        Limits limits,
        Retention retention,
        List<CronEntry> cron,
        Optional<HttpSettings> http) {
    public Settings {
        cron = List.copyOf(cron);
        handlersEnv = Map.copyOf(handlersEnv);
    }

    /**
     * What a daemon does that cannot reach its queue on PostgreSQL any more.
     *
     * @param after how long it could not
     */
    public record Fence(Duration after, OnLoss onLoss) {
        /** What becomes of the programs that run then. */
        public enum OnLoss {
            FREEZE,
            END
        }
    }

    /** Where the daemon's own log goes, and how it looks. */
    public record Logging(Path file, Level level, Format format) {
        /** From the fewest lines to the most. */
        public enum Level {
            ERROR,
            WARN,
            INFO,
            DEBUG
        }

        public enum Format {
            TEXT,
            JSON
        }
    }
}
