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
        description = "Let the times of a schedule pass without a job, until workerd cron enable.",
        footer = {
            "",
            "The queue keeps it, so that it survives restarts and holds for every daemon on",
            "the queue. What runs or waits goes on; workerd cron run runs it all the same.",
            "",
            "Examples:",
            "  workerd cron disable nightly"
        })
final class CronDisable implements Callable<Integer> {
    private final Main main;

    @Parameters(paramLabel = "ID", description = "the schedule: [cron.ID] of the configuration")
    String id = "";

    CronDisable(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        CronNext.find(settings.cron(), id);
        try (JobStore store = Enqueue.open(settings)) {
            boolean changed = store.transaction(moves -> moves.disableCron(id, main.now()));
            main.console().say("The schedule " + id + (changed ? " is disabled." : " is disabled already."));
        }
        return 0;
    }
}
