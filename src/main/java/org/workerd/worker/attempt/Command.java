package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;
import org.workerd.unix.UnixException;

/** A handler's program, run once for a claim: started, watched, ended when its time is up, and cleaned up after. */
final class Command {
    private final Claim claim;
    private final JobPolicy policy;
    private final Slot slot;
    private final StopRequest stop;
    private final LifeSigns signs;
    private volatile boolean printed;
    private final ProgramWatch watch;

    Command(Attempt attempt, Slot slot) {
        this.claim = attempt.claim();
        this.policy = attempt.policy();
        this.stop = attempt.stop();
        this.signs = attempt.signs();
        this.slot = slot;
        this.watch = new ProgramWatch(attempt, slot);
    }

    /** What is to be sent to it, or to be known of it, while it runs. */
    ProgramWatch watch() {
        return watch;
    }

    Outcome run(Path program) {
        if (stop.cause() != null) {
            return stop.cause() == StopRequest.Cause.CANCELLED
                    ? new Outcome.Cancelled(stop.reason(), null, null)
                    : new Outcome.Interrupted(false);
        }
        return inSlot(() -> start(program));
    }

    private Outcome start(Path program) throws IOException {
        try (Scratch scratch = slot.scratch().open()) {
            Output output = output();
            try (Stdio stdio =
                    Stdio.open(slot.premises(), slot.number(), claim, output.file(), scratch.spareOutput())) {
                long since = slot.starting(claim);
                int pid;
                try {
                    pid = spawn(program, scratch, stdio);
                } catch (UnixException failure) {
                    trim(output);
                    return ProgramOutcome.of(failure, program);
                }
                watch.lead(pid, since);
                signs.began();
                slot.began(claim, pid, since);
            }
            return follow(scratch, output);
        }
    }

    /** Of one that runs already: it was started by what ran in this process before us. */
    Outcome resume(Carried program) {
        watch.resume(program);
        return inSlot(() -> {
            try (Scratch scratch = slot.scratch().resume()) {
                return follow(scratch, output());
            }
        });
    }

    private interface Work {
        Outcome run() throws IOException;
    }

    /** What keeps it from running here is no fault of the job. */
    private Outcome inSlot(Work work) {
        try {
            return work.run();
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (IOException failure) {
            return new Outcome.NotStarted(failure.toString());
        } finally {
            slot.over();
        }
    }

    private Output output() {
        return new Output(Output.path(slot.premises().output(), claim.jobId(), claim.attempt()), policy.outputLimit());
    }

    private Outcome follow(Scratch scratch, Output output) throws IOException {
        ProgressFile progress = new ProgressFile(scratch.progress());
        Processes.End end = watch.await(scratch, () -> look(output, progress));
        if (scratch.isTouched()) {
            look(progress);
        }
        return outcome(end, scratch, output);
    }

    private Outcome outcome(Processes.End end, Scratch scratch, Output output) throws IOException {
        boolean quiet = output.isEmpty();
        printed = !quiet;
        if (!quiet) {
            trim(output);
        }
        Outcome outcome =
                ProgramOutcome.of(end, watch.hasTold() ? stop : null, scratch, slot.premises(), () -> lastLine(output));
        if (quiet && !(isOver(outcome) && scratch.spareOutput().keep(output.file()))) {
            trim(output);
        }
        return outcome;
    }

    /** The job will not run again, and ask for its attempt's file again under the same number. */
    private static boolean isOver(Outcome outcome) {
        return outcome instanceof Outcome.Exited exited && exited.code() == 0;
    }

    private int spawn(Path program, Scratch scratch, Stdio stdio) {
        List<String> arguments = new ArrayList<>();
        arguments.add(program.toString());
        arguments.addAll(claim.args());
        return new Spawn(
                        program,
                        arguments,
                        environment(scratch),
                        scratch.work(),
                        Spawn.Group.PROCESS_GROUP,
                        List.of(
                                new Spawn.Copy(0, stdio.input()),
                                new Spawn.Copy(1, stdio.output()),
                                new Spawn.Copy(2, 1)))
                .start();
    }

    private List<String> environment(Scratch scratch) {
        Map<String, String> variables = new TreeMap<>(slot.environment());
        variables.putIfAbsent("TMPDIR", scratch.work().toString());
        variables.put("WORKERD_JOB_ID", Long.toString(claim.jobId()));
        variables.put("WORKERD_JOB_NAME", claim.name());
        variables.put("WORKERD_QUEUE", claim.queue());
        variables.put("WORKERD_ATTEMPT", Integer.toString(claim.attempt()));
        variables.put("WORKERD_MAX_ATTEMPTS", Integer.toString(claim.lastAttempt(policy)));
        variables.put("WORKERD_RESULT", scratch.result().toString());
        variables.put("WORKERD_PROGRESS", scratch.progress().toString());
        variables.put("WORKERD_RETRY", scratch.retry().toString());
        variables.put("WORKERD_TOKEN", Long.toString(claim.token()));
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private void trim(Output output) {
        try {
            output.trim();
        } catch (IOException failure) {
            JobLog.warn(claim, "its output could not be truncated: " + failure.getMessage());
        }
    }

    /** Of a half of its limit at most: what was cut out stands before that. */
    private @Nullable String lastLine(Output output) {
        try {
            return LastLine.of(output, policy.outputLimit() / 2);
        } catch (IOException failure) {
            JobLog.warn(claim, "its output cannot be read: " + failure.getMessage());
            return null;
        }
    }

    /** It has ended, and its output is not empty. */
    boolean hasPrinted() {
        return printed;
    }

    /** True: it prints, so we look again soon. */
    private boolean look(Output output, ProgressFile progress) {
        look(progress);
        return hasGrown(output);
    }

    private void look(ProgressFile progress) {
        try {
            progress.news().ifPresent(signs::progress);
        } catch (IOException failure) {
            JobLog.warn(claim, "its progress cannot be read: " + failure.getMessage());
        }
    }

    private boolean hasGrown(Output output) {
        try {
            return output.bound();
        } catch (IOException | UnixException failure) {
            JobLog.warn(claim, "its output cannot be limited: " + failure.getMessage());
            return false;
        }
    }
}
