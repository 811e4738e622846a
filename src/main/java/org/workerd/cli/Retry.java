package org.workerd.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code workerd retry}. */
@Command(
        name = "retry",
        sortOptions = false,
        description = "Retry dead or cancelled jobs, with all their attempts.",
        footer = {
            "",
            "A job that waits for others (--after) is blocked again until they are done.",
            "While one of them is dead or cancelled, the retry is refused, unless the same",
            "command retries that one too.",
            "",
            "Exit status: 0 if all were retried; 1 if one was refused, or nothing",
            "matched.",
            "",
            "Examples:",
            "  workerd retry 42 43",
            "  workerd retry --state dead --name mail --since 1d --dry-run",
            "  workerd retry --state dead --error timeout --yes"
        })
final class Retry implements Callable<Integer> {
    private final Main main;

    @Mixin
    private final Selection selection = new Selection();

    @Option(names = "--force", description = "retry a job even if one that it waits for is dead, cancelled or deleted")
    boolean force;

    Retry(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        JobChange change = new JobChange(JobAction.RETRY, force, "", selection.isFilter());
        return new ChangeCommand(main, selection, change).run();
    }
}
