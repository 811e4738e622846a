package org.workerd.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.ops.JobAction;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Removed;
import org.workerd.worker.attempt.OutputFiles;
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
final class Delete implements Callable<Integer>, JobChange.Change {
    private final Main main;
    private final List<Removed> removed = new ArrayList<>();

    @Mixin
    private final Selection selection = new Selection();

    Delete(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return new JobChange(main, selection, this).run();
    }

    @Override
    public String verb() {
        return JobAction.DELETE.verb();
    }

    @Override
    public String done() {
        return JobAction.DELETE.done();
    }

    @Override
    public Set<JobState> from() {
        return JobAction.DELETE.from();
    }

    @Override
    public Optional<String> change(long id, Moves moves) {
        Optional<Removed> job = moves.delete(id);
        job.ifPresent(removed::add);
        return job.isPresent() ? Optional.empty() : Optional.of(wrongState());
    }

    @Override
    public String wrongState() {
        return "has not ended: cancel it first";
    }

    @Override
    public void committed(Settings settings) throws IOException {
        new OutputFiles(settings.directory()).remove(removed);
        removed.clear();
    }
}
