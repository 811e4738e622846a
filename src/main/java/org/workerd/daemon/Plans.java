package org.workerd.daemon;

import org.workerd.config.Settings;
import org.workerd.unix.Posix;
import org.workerd.worker.Handlers;
import org.workerd.worker.Plan;
import org.workerd.worker.Plugins;

/** What of the settings is the loop's, with the plugins as they are now. */
final class Plans {
    private final Plugins plugins;

    Plans(Plugins plugins) {
        this.plugins = plugins;
    }

    Plan of(Settings settings) {
        return new Plan(
                settings.concurrency(),
                settings.pollInterval(),
                new Handlers(settings.handlersDir(), Posix.userId(), plugins.load(settings.plugins())),
                HandlerEnvironment.of(settings, System.getenv()),
                settings.policies(),
                settings.limits(),
                settings.retention(),
                settings.cron());
    }
}
