package org.workerd.cli;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.store.Moves;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code workerd cancel}. */
@Command(
        name = "cancel",
        sortOptions = false,
        description = "End jobs, whether they run or not.",
        footer = {
            "",
            "What runs gets TERM, and KILL after jobs.kill_grace; workerd wait ID waits for",
            "its end.",
            "Jobs that wait for a cancelled one (--after) are cancelled too.",
            "",
            "Examples:",
            "  workerd cancel 42",
            "  workerd cancel --queue bulk --state ready --dry-run",
            "  workerd cancel --name mail --yes"
        })
final class Cancel implements Callable<Integer>, JobChange.Change {
    private final Main main;

    @Mixin
    private final Selection selection = new Selection();

    Cancel(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        return new JobChange(main, selection, this).run();
    }

    @Override
    public String verb() {
        return "cancel";
    }

    @Override
    public String done() {
        return "cancelled";
    }

    @Override
    public Set<JobState> from() {
        return EnumSet.of(JobState.BLOCKED, JobState.SCHEDULED, JobState.READY, JobState.RUNNING, JobState.RETRYING);
    }

    @Override
    public Optional<String> change(long id, Moves moves) {
        String reason = "cancelled by " + Names.printable(System.getProperty("user.name", "somebody"));
        boolean done = moves.cancel(id, reason, main.now()) || moves.requestCancel(id, reason, main.now());
        return done ? Optional.empty() : Optional.of("has ended already");
    }
}
