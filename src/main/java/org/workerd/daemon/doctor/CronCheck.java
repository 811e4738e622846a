package org.workerd.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.ops.HandlerView;

/** The schedules: whether their jobs could run. */
final class CronCheck {
    private static final String CHECK = "schedules";

    private final Settings settings;

    CronCheck(Settings settings) {
        this.settings = settings;
    }

    List<Finding> look() {
        HandlerView handlers = new HandlerView(settings.handlersDir(), settings.plugins(), settings.directory());
        List<Finding> findings = new ArrayList<>();
        for (CronEntry entry : settings.cron()) {
            handlers.objection(entry.job().name()).ifPresent(why -> findings.add(missing(entry, why)));
        }
        if (findings.isEmpty() && !settings.cron().isEmpty()) {
            findings.add(Finding.ok(CHECK, settings.cron().size() + ", all with a handler"));
        }
        return findings;
    }

    private static Finding missing(CronEntry entry, String why) {
        return Finding.failure(
                CHECK,
                "jobs of " + entry.id() + ", named " + entry.job().name() + ", will wait: " + why,
                "fix that, or remove [cron." + entry.id() + "] from the configuration");
    }
}
