package org.workerd.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd cron enable}. */
@Command(
        name = "enable",
        sortOptions = false,
        description = "Enable a disabled schedule, from its next run on; missed runs are not made up for.",
        footer = {"", "Examples:", "  workerd cron enable nightly"})
final class CronEnable implements Callable<Integer> {
    private final Main main;

    @Parameters(paramLabel = "ID", description = "the schedule: [cron.ID] in the configuration")
    String id = "";

    CronEnable(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        CronEntry entry = CronNext.find(settings.cron(), id);
        try (JobStore store = Enqueue.open(settings)) {
            Instant now = store.transaction(moves -> moves.now(main.now()));
            boolean changed = store.transaction(moves -> moves.enableCron(id, now));
            String next = entry.next(now)
                    .map(time -> ", next at " + Times.local(time, entry.zone()))
                    .orElse("");
            main.console().say("The schedule " + id + (changed ? " is enabled" + next + "." : " is not disabled."));
        }
        return 0;
    }
}
