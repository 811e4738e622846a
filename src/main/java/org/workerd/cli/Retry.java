package org.workerd.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.workerd.job.JobState;
import org.workerd.ops.JobAction;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Hindrance;
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
final class Retry implements Callable<Integer>, JobChange.Change {
    private final Main main;
    /** Those that a dry run has passed, and the keys that they would have then. */
    private final Set<Long> foreseen = new HashSet<>();

    private final Map<String, Long> foreseenKeys = new HashMap<>();

    @Mixin
    private final Selection selection = new Selection();

    @Option(names = "--force", description = "retry a job even if one that it waits for is dead, cancelled or deleted")
    boolean force;

    Retry(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return new JobChange(main, selection, this).run();
    }

    @Override
    public String verb() {
        return JobAction.RETRY.verb();
    }

    @Override
    public String done() {
        return JobAction.RETRY.done();
    }

    @Override
    public Set<JobState> from() {
        return JobAction.RETRY.from();
    }

    @Override
    public Optional<String> change(long id, Moves moves) {
        return JobAction.retry(id, force, moves);
    }

    @Override
    public String wrongState() {
        return JobAction.NOT_RETRIED;
    }

    /** By the store's rule; but what comes before it in the same command would be retried by then. */
    @Override
    public Optional<String> foresee(JobView job, JobQueries queries) {
        String key = job.key();
        Optional<Long> holder = key == null
                ? Optional.empty()
                : queries.holderOfKey(job.id()).or(() -> Optional.ofNullable(foreseenKeys.get(key)));
        Optional<Hindrance> parent = force || job.after().isEmpty()
                ? Optional.empty()
                : queries.hindrances(job.id()).stream()
                        .filter(one -> one.isDeleted() || !foreseen.contains(one.id()))
                        .findFirst();
        Optional<String> why = JobAction.objection(holder, parent);
        if (why.isEmpty()) {
            foreseen.add(job.id());
            if (key != null) {
                foreseenKeys.put(key, job.id());
            }
        }
        return why;
    }
}
