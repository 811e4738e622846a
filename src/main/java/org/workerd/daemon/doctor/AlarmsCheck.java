package org.workerd.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.workerd.config.Settings;
import org.workerd.ops.HandlerView;

/** The alarms: whether their handlers could run. */
final class AlarmsCheck {
    private static final String CHECK = "alarms";

    private final Settings settings;

    AlarmsCheck(Settings settings) {
        this.settings = settings;
    }

    List<Finding> look() {
        SortedSet<String> names = settings.policies().alarmHandlers();
        HandlerView handlers = new HandlerView(settings.handlersDir(), settings.plugins(), settings.directory());
        List<Finding> findings = new ArrayList<>();
        for (String name : names) {
            handlers.objection(name)
                    .ifPresent(why -> findings.add(Finding.failure(
                            CHECK,
                            "alarms, jobs named " + name + ", will wait: " + why,
                            "put it right, or name another handler in on_dead and on_failure")));
        }
        if (findings.isEmpty() && !names.isEmpty()) {
            findings.add(Finding.ok(CHECK, String.join(", ", names) + ": there"));
        }
        return findings;
    }
}
