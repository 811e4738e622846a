package org.workerd.daemon;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.unix.Posix;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Plugins;

/** What of the settings is the loop's, with the plugins as they are now. */
final class Plans {
    private static final Logger LOG = LoggerFactory.getLogger(Plans.class);

    private final Plugins plugins;

    Plans(Plugins plugins) {
        this.plugins = plugins;
    }

    Plan of(Settings settings) {
        Plan plan = plan(settings);
        plan.cron().forEach(entry -> tell(entry, plan.handlers()));
        plan.policies().alarmHandlers().forEach(name -> tell(name, plan.handlers()));
        return plan;
    }

    /** Long before the first of its jobs waits. */
    private static void tell(CronEntry entry, Handlers handlers) {
        String name = entry.job().name();
        handlers.obstacle(handlers.find(name)).ifPresent(why -> LOG.atWarn()
                .addKeyValue("cron", entry.id())
                .log("its jobs, named {}, will wait: {}", name, why));
    }

    private static void tell(String alarm, Handlers handlers) {
        handlers.obstacle(handlers.find(alarm))
                .ifPresent(why -> LOG.warn("alarms, jobs named {}, will wait: {}", alarm, why));
    }

    private Plan plan(Settings settings) {
        return new Plan(
                settings.concurrency(),
                settings.pollInterval(),
                new Handlers(settings.handlersDir(), Posix.userId(), plugins.load(settings.plugins())),
                HandlerEnvironment.of(settings, System.getenv()),
                settings.policies(),
                settings.limits(),
                settings.retention(),
                settings.cron(),
                false);
    }
}
