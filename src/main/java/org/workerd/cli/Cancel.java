package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
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
final class Cancel implements Callable<Integer>, JobChange.Change {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Main main;
    /** Those that were told to end. */
    private final List<Long> running = new ArrayList<>();

    @Mixin
    private final Selection selection = new Selection();

    Cancel(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return new JobChange(main, selection, this).run();
    }

    @Override
    public String verb() {
        return JobAction.CANCEL.verb();
    }

    @Override
    public String done() {
        return JobAction.CANCEL.done();
    }

    @Override
    public Set<JobState> from() {
        return JobAction.CANCEL.from();
    }

    @Override
    public Optional<String> change(long id, Moves moves) {
        String reason = "cancelled by " + Names.printable(System.getProperty("user.name", "somebody"));
        if (moves.cancel(id, reason, main.now())) {
            return Optional.empty();
        }
        if (moves.requestCancel(id, reason, main.now())) {
            running.add(id);
            return Optional.empty();
        }
        return Optional.of(wrongState());
    }

    @Override
    public String wrongState() {
        return "has ended already";
    }

    @Override
    public String refusal(JobView job, String why) {
        return "is " + job.state().word() + " already";
    }

    /** Most programs end at once when they are told; for the others nobody should have to wait. */
    @Override
    public Map<Long, JobChange.Outcome> outcomes(List<Long> changed, Settings settings)
            throws IOException, InterruptedException {
        Map<Long, JobChange.Outcome> outcomes = new TreeMap<>();
        if (running.isEmpty()) {
            return outcomes;
        }
        try (JobQueries queries = Main.engine(settings).openForReading();
                Changes changes = Main.engine(settings).changes(queries)) {
            long until = System.nanoTime() + PATIENCE.toNanos();
            Set<Long> open = new TreeSet<>(running);
            do {
                changes.await(Duration.ofNanos(until - System.nanoTime()));
                open.removeIf(
                        id -> queries.find(id).map(job -> note(job, outcomes)).orElse(true));
            } while (!open.isEmpty() && until - System.nanoTime() > 0);
            open.forEach(id -> outcomes.put(
                    id, new JobChange.Outcome("told to end", false, "job " + id + " runs, and was told to end")));
        }
        return outcomes;
    }

    /** False: it has not ended yet. */
    private static boolean note(JobView job, Map<Long, JobChange.Outcome> outcomes) {
        if (job.state().isFinal() && job.state() != JobState.CANCELLED) {
            outcomes.put(
                    job.id(),
                    new JobChange.Outcome(
                            job.state().word(),
                            true,
                            "job " + job.id() + " is " + job.state().word()
                                    + ": it ended before it could be cancelled"));
        }
        return job.state().isFinal();
    }
}
