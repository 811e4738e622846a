package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.unix.Processes;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.Plugins;

/**
 * One run of a handler as a daemon does it, for a claim that no queue knows: in a place of its own, of which nothing is
 * left. One at a time in a process; {@link #cancel} may come from any thread.
 */
public final class Trial implements AutoCloseable {
    /** Nobody's: the ids of jobs begin at 1. */
    public static final long NO_JOB = 0;

    private static final int CHILD = 17;
    private static final int UMASK = 027;

    private final Path place;
    private final Ledger ledger;
    private final Execution execution;
    private final Path output;
    private final int umask;

    private Trial(Path place, Claim claim, Terms terms) {
        this.place = place;
        this.ledger = Ledger.create(place, NO_JOB);
        Premises premises = new Premises(place.resolve("scratch"), place.resolve("output"));
        Slot slot = new Slot(
                0, premises.scratch(0), premises, terms.environment(), ledger, new Leftovers(), new AlarmClock());
        this.execution = new Execution(
                new Attempt(claim, terms.policy(), new StopRequest(), new LifeSigns(new Wakeup())),
                handlers(premises, terms),
                slot);
        this.output = Output.path(premises.output(), claim.jobId(), claim.attempt());
        this.umask = Processes.umask(UMASK);
    }

    /**
     * What the daemon would run it with.
     *
     * @param plugins where to look for handlers in Java; empty: it is a program
     * @param environment what every handler gets
     */
    public record Terms(JobPolicy policy, Handlers handlers, Optional<Path> plugins, Map<String, String> environment) {
        public Terms {
            environment = Map.copyOf(environment);
        }
    }

    private Handlers handlers(Premises premises, Terms terms) {
        return terms.plugins().isEmpty()
                ? terms.handlers()
                : terms.handlers()
                        .with(new Plugins(premises.scratch(), new DaemonDirectory(place, "queue"), OwnUser.id())
                                .load(terms.plugins()));
    }

    /** Not begun yet, in a new directory below this one. */
    public static Trial create(Path temporary, Claim claim, Terms terms) throws IOException {
        // What the handler leaves in another session is ours to end, and so is its own end, whatever a parent ignored.
        Processes.adoptOrphans();
        Processes.defaultAction(CHILD);
        return new Trial(Files.createTempDirectory(temporary, "workerd-try-"), claim, terms);
    }

    /** What it prints, once it prints. */
    public Path output() {
        return output;
    }

    /** Returns when nothing of it is alive. */
    public Outcome run() {
        return execution.run();
    }

    /** Ends it: TERM, the grace of its policy, KILL. */
    public void cancel(String reason) {
        execution.cancel(reason);
    }

    @Override
    public void close() {
        Processes.umask(umask);
        ledger.close();
        Scratch.delete(place);
    }
}
