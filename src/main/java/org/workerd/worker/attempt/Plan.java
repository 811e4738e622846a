package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.workerd.job.CronEntry;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.worker.handlers.Handlers;

/**
 * What may change while the loop runs.
 *
 * @param environment what every handler gets, before what says which job it is
 * @param guest daemons with a configuration may serve the queue too: what holds for all of them is theirs to say, and what is
 *     to be deleted theirs to delete
 */
public record Plan(
        int concurrency,
        Duration pollInterval,
        Handlers handlers,
        Map<String, String> environment,
        Policies policies,
        Limits limits,
        Retention retention,
        List<CronEntry> cron,
        boolean guest) {
    public Plan {
        cron = List.copyOf(cron);
        environment = Map.copyOf(environment);
    }
}
