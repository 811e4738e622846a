package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.job.Span;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;
import org.workerd.unix.UnixException;

/** A handler's program, run once for a claim: started, watched, ended when its time is up, and cleaned up after. */
final class Command {
    private static final Duration QUIET_LOOK = Duration.ofSeconds(1);
    private static final Duration BUSY_LOOK = Duration.ofMillis(100);
    /** How long what a program leaves behind may take to go by itself when the program itself has ended. */
    private static final Duration LEFTOVER_GRACE = Duration.ofSeconds(1);

    private static final int NOT_OPEN = -1;
    /** No time that the clock shows. */
    private static final long MOVES = Long.MIN_VALUE;

    private final Path program;
    private final Claim claim;
    private final JobPolicy policy;
    private final Slot slot;
    private final StopRequest stop;
    private final LifeSigns signs;
    /** It was told to end before it had: what stopped it is then how it ended. */
    private boolean told;
    /** Readable once the program has ended; poll passes over it while it is not open. */
    private int process = NOT_OPEN;

    private volatile boolean printed;
    /** Since when it is stopped, on the monotonic clock; and for how long it was before. */
    private long stoppedAt = MOVES;

    private long stoodStill;
    /** The leader of its group, as long as nobody else can have that number; else 0. */
    private int leader;

    Command(Path program, Attempt attempt, Slot slot) {
        this.program = program;
        this.claim = attempt.claim();
        this.policy = attempt.policy();
        this.stop = attempt.stop();
        this.signs = attempt.signs();
        this.slot = slot;
    }

    Outcome run() {
        if (stop.cause() != null) {
            return stop.cause() == StopRequest.Cause.CANCELLED
                    ? new Outcome.Cancelled(stop.reason(), null, null)
                    : new Outcome.Interrupted(false);
        }
        try (Scratch scratch = slot.scratch().open()) {
            Output output = new Output(
                    Output.path(slot.premises().output(), claim.jobId(), claim.attempt()), policy.outputLimit());
            int pid;
            try (Stdio stdio =
                    Stdio.open(slot.premises(), slot.number(), claim, output.file(), scratch.spareOutput())) {
                long since = slot.starting(claim);
                try {
                    pid = spawn(scratch, stdio);
                } catch (UnixException failure) {
                    trim(output);
                    return ProgramOutcome.of(failure, program);
                }
                lead(pid);
                signs.began();
                slot.began(claim, pid, since);
            }
            ProgressFile progress = new ProgressFile(scratch.progress());
            Processes.End end = watch(pid, scratch, () -> look(output, progress));
            if (scratch.isTouched()) {
                look(progress);
            }
            return outcome(end, scratch, output);
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (IOException failure) {
            return new Outcome.NotStarted(failure.toString());
        } finally {
            slot.over();
        }
    }

    private Outcome outcome(Processes.End end, Scratch scratch, Output output) throws IOException {
        boolean quiet = output.isEmpty();
        printed = !quiet;
        if (!quiet) {
            trim(output);
        }
        Outcome outcome = ProgramOutcome.of(end, told ? stop : null, scratch, slot.premises(), () -> lastLine(output));
        if (quiet && !(isOver(outcome) && scratch.spareOutput().keep(output.file()))) {
            trim(output);
        }
        return outcome;
    }

    /** The job will not run again, and ask for its attempt's file again under the same number. */
    private static boolean isOver(Outcome outcome) {
        return outcome instanceof Outcome.Exited exited && exited.code() == 0;
    }

    private int spawn(Scratch scratch, Stdio stdio) {
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

    /** Until nothing of the attempt is alive; the end of its program. */
    private Processes.End watch(int pid, Scratch scratch, BooleanSupplier look) {
        long killAt = Long.MAX_VALUE;
        Processes.End end;
        try {
            killAt = awaitEnd(pid, look);
        } catch (RuntimeException | Error failure) {
            Processes.signalGroup(pid, Processes.KILL);
            throw failure;
        } finally {
            closeProcess();
            // Whatever went wrong, from here on nothing of it may live.
            long soon = System.nanoTime()
                    + Span.shorter(LEFTOVER_GRACE, policy.killGrace()).toNanos();
            boolean alone = endLeftovers(pid, scratch, Math.min(killAt, soon));
            end = reap(pid, alone);
        }
        return end;
    }

    /** Without descriptors nobody can look what is alive; the job is not over until somebody did. */
    private boolean endLeftovers(int pid, Scratch scratch, long killAt) {
        while (true) {
            try {
                return slot.leftovers().end(pid, scratch.result(), killAt);
            } catch (UncheckedIOException | UnixException failure) {
                JobLog.warn(claim, "cannot list the processes that it left running, retrying: " + failure.getMessage());
                Posix.await((int) QUIET_LOOK.toMillis());
            }
        }
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

    private synchronized void lead(int pid) {
        leader = pid;
    }

    /** Its time stands still with it. From any thread. */
    synchronized void freeze() {
        if (leader != 0) {
            signal(Processes.STOP);
            stoppedAt = stoppedAt == MOVES ? System.nanoTime() : stoppedAt;
        }
    }

    /** It goes on. From any thread. */
    synchronized void thaw() {
        signal(Processes.CONTINUE);
        stoodStill = stoodStill();
        stoppedAt = MOVES;
    }

    /** In nanoseconds, until now. */
    private synchronized long stoodStill() {
        return stoodStill + (stoppedAt == MOVES ? 0 : System.nanoTime() - stoppedAt);
    }

    /** To all of its group, if it runs. From any thread. */
    synchronized void signal(int signal) {
        if (leader != 0) {
            Processes.signalGroup(leader, signal);
        }
    }

    private Processes.End reap(int pid, boolean alone) {
        lead(0);
        slot.ended(pid);
        Processes.End end = Processes.reap(pid);
        if (alone) {
            return end;
        }
        try {
            slot.leftovers().endStrays();
        } catch (UncheckedIOException | UnixException failure) {
            // The next sweep sees them; this attempt's end is known.
            JobLog.warn(claim, "cannot list the processes that it left running: " + failure.getMessage());
        }
        return end;
    }

    /** When, in nanoseconds of the monotonic clock, what is left has had its grace. */
    private long awaitEnd(int pid, BooleanSupplier looking) {
        long begun = System.nanoTime();
        long killAt = Long.MAX_VALUE;
        boolean killed = false;
        Duration look = BUSY_LOOK;
        while (true) {
            openProcess(pid);
            boolean ending = killAt != Long.MAX_VALUE;
            long next = ending ? (killed ? Long.MAX_VALUE : killAt) : timeoutAt(begun);
            int millis = (int) Math.min(look.toMillis(), Math.max(0, millisUntil(next)));
            boolean[] ready = ending ? Posix.await(millis, process) : Posix.await(millis, process, stop.descriptor());
            if (ready[0]) {
                return killAt;
            }
            look = process == NOT_OPEN || looking.getAsBoolean() ? BUSY_LOOK : QUIET_LOOK;
            if (!ending && millisUntil(timeoutAt(begun)) <= 0) {
                stop.ask(StopRequest.Cause.TIMED_OUT);
            }
            if (!ending && stop.cause() != null) {
                Processes.signalGroup(pid, Processes.TERM);
                told = true;
                killAt = System.nanoTime() + policy.killGrace().toNanos();
            } else if (ending && !killed && millisUntil(killAt) <= 0) {
                Processes.signalGroup(pid, Processes.KILL);
                killed = true;
            }
        }
    }

    private long timeoutAt(long begun) {
        return begun + claim.timeout(policy).toNanos() + stoodStill();
    }

    /** Without a descriptor for it we look again soon: nobody else takes our child's end. */
    private void openProcess(int pid) {
        if (process == NOT_OPEN) {
            try {
                process = Processes.open(pid);
            } catch (UnixException shortage) {
                process = NOT_OPEN;
            }
        }
    }

    private void closeProcess() {
        if (process != NOT_OPEN) {
            Posix.close(process);
            process = NOT_OPEN;
        }
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

    private static long millisUntil(long nanoTime) {
        return nanoTime == Long.MAX_VALUE ? Integer.MAX_VALUE : (nanoTime - System.nanoTime() + 999_999) / 1_000_000;
    }
}
