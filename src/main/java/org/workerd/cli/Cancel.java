package org.workerd.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code workerd cancel}. */
@Command(
        name = "cancel",
        sortOptions = false,
        description = "Cancel jobs, whether they run or not.",
        footer = {
            "",
            "A running job gets TERM, and KILL after jobs.kill_grace. The command says for",
            "each job what happened. If one still runs after two seconds, it says that the",
            "job was told to end; workerd wait ID waits until it has.",
            "Jobs that wait for a cancelled one (--after) are cancelled too.",
            "",
            "Exit status: 0 if all were cancelled or told to end; 1 if one had already ended,",
            "or nothing matched.",
            "",
            "Examples:",
            "  workerd cancel 42",
            "  workerd cancel --queue bulk --state ready --dry-run",
            "  workerd cancel --name mail --yes"
        })
final class Cancel implements Callable<Integer> {
    private final Main main;

    @Mixin
    private final Selection selection = new Selection();

    Cancel(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        String reason = "cancelled by " + Names.printable(System.getProperty("user.name", "somebody"));
        JobChange change = new JobChange(JobAction.CANCEL, false, reason, selection.isFilter());
        return new ChangeCommand(main, selection, change).run();
    }
}
