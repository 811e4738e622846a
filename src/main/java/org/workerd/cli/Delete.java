package org.workerd.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code workerd delete}. */
@Command(
        name = "delete",
        sortOptions = false,
        description = "Delete jobs that have ended, with their attempts and output.",
        footer = {
            "",
            "The daemon deletes ended jobs automatically after the times in [retention].",
            "",
            "Examples:",
            "  workerd delete 42",
            "  workerd delete --state cancelled --queue bulk --yes"
        })
final class Delete implements Callable<Integer> {
    private final Main main;

    @Mixin
    private final Selection selection = new Selection();

    Delete(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        JobChange change = new JobChange(JobAction.DELETE, false, "", selection.isFilter());
        return new ChangeCommand(main, selection, change).run();
    }
}
