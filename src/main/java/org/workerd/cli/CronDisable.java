package org.workerd.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.workerd.config.Settings;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd cron disable}. */
@Command(
        name = "disable",
        sortOptions = false,
        description = "Disable a schedule: it enqueues no jobs until workerd cron enable.",
        footer = {
            "",
            "This is stored in the queue, so it survives restarts and applies to every daemon",
            "of the queue. Jobs that run or wait go on; workerd cron run works all the same.",
            "",
            "Examples:",
            "  workerd cron disable nightly"
        })
final class CronDisable implements Callable<Integer> {
    private final Main main;

    @Parameters(paramLabel = "ID", description = "the schedule: [cron.ID] in the configuration")
    String id = "";

    CronDisable(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        CronNext.find(settings.cron(), id);
        try (JobStore store = Enqueue.open(settings)) {
            boolean changed = store.transaction(moves -> moves.disableCron(id, moves.now(main.now())));
            main.console().say("The schedule " + id + (changed ? " is disabled." : " is already disabled."));
        }
        return 0;
    }
}
