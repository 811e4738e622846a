package org.workerd.daemon;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsException;
import org.workerd.config.SettingsFile;
import org.workerd.worker.attempt.Plan;

/** HUP: the log goes on in a new file, and the configuration is read again. What does not work leaves things as they were. */
final class Reload implements MainLoop.Configuration {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final @Nullable Path config;
    private final LogFile log;
    private final Plans plans;
    private final Web web;
    private Settings settings;

    Reload(@Nullable Path config, Settings settings, LogFile log, Plans plans, Web web) {
        this.config = config;
        this.settings = settings;
        this.log = log;
        this.plans = plans;
        this.web = web;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    /** What holds from now on. */
    @Override
    public Plan reload() {
        try {
            take(SettingsFile.load(config, Environment.ofProcess()).settings());
            reopenLog();
            LOG.info("configuration reloaded");
        } catch (SettingsException bad) {
            // First the new file: in the old one nobody would look for the reasons.
            reopenLog();
            bad.problems().forEach(problem -> LOG.error("{} {}", problem.place(), problem.message()));
            LOG.error("the configuration has errors: the old one stays in force");
        }
        web.change(settings);
        return plans.of(settings);
    }

    private void take(Settings next) {
        if (!next.queue().equals(settings.queue())
                || !next.directory().equals(settings.directory())
                || !next.fence().equals(settings.fence())
                || !next.pidfile().equals(settings.pidfile())) {
            LOG.warn(
                    "daemon.pidfile, daemon.dir or [queue] has changed, which needs a stop and a start: workerd restart --drain");
        }
        settings = new Settings(
                settings.pidfile(),
                next.drainTimeout(),
                next.handoverTimeout(),
                settings.directory(),
                settings.queue(),
                settings.fence(),
                next.concurrency(),
                next.pollInterval(),
                next.handlersDir(),
                next.plugins(),
                next.handlersEnv(),
                next.logging(),
                next.policies(),
                next.limits(),
                next.retention(),
                next.cron(),
                next.http());
    }

    private void reopenLog() {
        try {
            log.reopen(settings.logging());
        } catch (DaemonException failure) {
            LOG.error("{}; still logging to the old one", failure.getMessage());
        }
    }
}
