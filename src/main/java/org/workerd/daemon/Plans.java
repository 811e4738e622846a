package org.workerd.daemon;

import org.workerd.unix.Posix;
import org.workerd.worker.Handlers;
import org.workerd.worker.Worker;

/** What of the settings is the loop's. */
final class Plans {
    private Plans() {}

    static Worker.Plan of(Settings settings) {
        return new Worker.Plan(
                settings.concurrency(),
                settings.pollInterval(),
                new Handlers(settings.handlersDir(), Posix.userId()),
                HandlerEnvironment.of(settings.handlersEnv(), System.getenv()),
                settings.policies(),
                settings.limits(),
                settings.retention(),
                settings.cron());
    }
}
