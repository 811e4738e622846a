package org.workerd.cli;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.workerd.job.JobState;
import org.workerd.store.Moves;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code workerd retry}. */
@Command(
        name = "retry",
        sortOptions = false,
        description = "Make jobs ready again that are dead or cancelled, with as many attempts ahead as new ones.",
        footer = {
            "",
            "Examples:",
            "  workerd retry 42 43",
            "  workerd retry --state dead --name mail --since 1d --dry-run",
            "  workerd retry --state dead --error timeout --yes"
        })
final class Retry implements Callable<Integer>, JobChange.Change {
    private final Main main;

    @Mixin
    private final Selection selection = new Selection();

    Retry(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        return new JobChange(main, selection, this).run();
    }

    @Override
    public String verb() {
        return "retry";
    }

    @Override
    public String done() {
        return "retried";
    }

    @Override
    public Set<JobState> from() {
        return EnumSet.of(JobState.DEAD, JobState.CANCELLED);
    }

    @Override
    public Optional<String> change(long id, Moves moves) {
        if (moves.retry(id)) {
            return Optional.empty();
        }
        Optional<Long> holder = moves.holderOfKey(id);
        return Optional.of(
                holder.isPresent()
                        ? "cannot be retried: job " + holder.get() + " has its key"
                        : "is neither dead nor cancelled");
    }
}
