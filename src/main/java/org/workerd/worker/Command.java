package org.workerd.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
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

    private final Path program;
    private final Claim claim;
    private final JobPolicy policy;
    private final Slot slot;
    private final StopRequest stop;
    /** It was told to end before it had: what stopped it is then how it ended. */
    private boolean told;

    Command(Path program, Claim claim, JobPolicy policy, Slot slot, StopRequest stop) {
        this.program = program;
        this.claim = claim;
        this.policy = policy;
        this.slot = slot;
        this.stop = stop;
    }

    Outcome run() {
        if (stop.cause() != null) {
            return stop.cause() == StopRequest.Cause.CANCELLED
                    ? new Outcome.Cancelled(stop.reason(), null, null)
                    : new Outcome.Interrupted(false);
        }
        try (Scratch scratch = Scratch.create(slot.scratch())) {
            Output output = output();
            slot.ledger().starting(slot.number(), claim);
            int pid = start(scratch, output);
            Processes.End end = watch(pid, scratch, output);
            trim(output);
            return outcome(end, scratch);
        } catch (UnixException failure) {
            return notStarted(failure);
        } catch (IOException failure) {
            return new Outcome.NotStarted(failure.toString());
        } finally {
            idle();
        }
    }

    /** The attempt is over: that its output cannot be cut shorter, on a full disk say, changes nothing about it. */
    private void trim(Output output) {
        try {
            output.trim();
        } catch (IOException failure) {
            JobLog.warn(claim, "its output cannot be cut to its limit: " + failure.getMessage());
        }
    }

    /** A line that stays would do no harm: the start time in it tells whoever reads it that its process is gone. */
    private void idle() {
        try {
            slot.ledger().idle(slot.number());
        } catch (UnixException failure) {
            JobLog.warn(claim, "the ledger cannot be written: " + failure.getMessage());
        }
    }

    private Output output() throws IOException {
        Path file = Output.path(slot.premises().output(), claim.jobId(), claim.attempt());
        Files.createDirectories(file.getParent());
        return new Output(file, policy.outputLimit());
    }

    private int start(Scratch scratch, Output output) {
        String payload = claim.payload();
        int input = payload == null || payload.isEmpty() ? -1 : Posix.memoryFile(payload);
        try {
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
                                    input < 0 ? Spawn.nullInput(0) : new Spawn.Copy(0, input),
                                    new Spawn.Open(1, output.file(), Posix.APPEND | Posix.CREATE | Posix.TRUNCATE),
                                    new Spawn.Copy(2, 1)))
                    .start();
        } finally {
            if (input >= 0) {
                Posix.close(input);
            }
        }
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
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    /** Until nothing of the attempt is alive; the end of its program. */
    private Processes.End watch(int pid, Scratch scratch, Output output) throws IOException {
        long killAt;
        try {
            slot.began(claim, pid);
            killAt = awaitEnd(pid, output);
        } catch (IOException | RuntimeException broken) {
            // We cannot watch it, for want of a descriptor say: then it must not run.
            Processes.signalGroup(pid, Processes.KILL);
            bury(pid, scratch, System.nanoTime());
            throw broken;
        }
        return bury(pid, scratch, killAt);
    }

    /** Ends what is left of the attempt, and takes the end of its program. */
    private Processes.End bury(int pid, Scratch scratch, long killAt) {
        long soon = System.nanoTime() + min(LEFTOVER_GRACE, policy.killGrace()).toNanos();
        slot.leftovers().end(pid, scratch.result(), Math.min(killAt, soon));
        slot.leftovers().ended(pid);
        return Processes.reap(pid);
    }

    private long awaitEnd(int pid, Output output) throws IOException {
        int process = Processes.open(pid);
        try {
            return awaitEnd(pid, process, output);
        } finally {
            Posix.close(process);
        }
    }

    /** When, in nanoseconds of the monotonic clock, what is left has had its grace. */
    private long awaitEnd(int pid, int process, Output output) throws IOException {
        long timeout = System.nanoTime() + claim.timeout(policy).toNanos();
        long killAt = Long.MAX_VALUE;
        boolean killed = false;
        Duration look = BUSY_LOOK;
        while (true) {
            boolean ending = killAt != Long.MAX_VALUE;
            long next = ending ? (killed ? Long.MAX_VALUE : killAt) : timeout;
            int millis = (int) Math.min(look.toMillis(), Math.max(0, millisUntil(next)));
            boolean[] ready = ending ? Posix.await(millis, process) : Posix.await(millis, process, stop.descriptor());
            if (ready[0]) {
                return killAt;
            }
            look = output.bound() ? BUSY_LOOK : QUIET_LOOK;
            if (!ending && millisUntil(timeout) <= 0) {
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

    private static long millisUntil(long nanoTime) {
        return nanoTime == Long.MAX_VALUE ? Integer.MAX_VALUE : (nanoTime - System.nanoTime() + 999_999) / 1_000_000;
    }

    private Outcome outcome(Processes.End end, Scratch scratch) throws IOException {
        StopRequest.@Nullable Cause cause = told ? stop.cause() : null;
        Integer code = end instanceof Processes.End.Exit exit ? exit.code() : null;
        Integer signal = end instanceof Processes.End.Signal killed ? killed.number() : null;
        if (cause == StopRequest.Cause.TIMED_OUT) {
            return new Outcome.TimedOut(code, signal);
        }
        if (cause == StopRequest.Cause.CANCELLED) {
            return new Outcome.Cancelled(stop.reason(), code, signal);
        }
        if (cause == StopRequest.Cause.INTERRUPTED) {
            return new Outcome.Interrupted(true);
        }
        if (signal != null) {
            return new Outcome.Signalled(signal);
        }
        return new Outcome.Exited(code == null ? 0 : code, scratch.readResult().orElse(null));
    }

    private Outcome notStarted(UnixException failure) {
        if (failure.isShortage()) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        }
        if (failure.isMissing()) {
            // The file itself was there a moment ago: it is the interpreter in its first line that is not.
            return Files.exists(program)
                    ? new Outcome.NotExecutable(
                            127, "the interpreter named in the first line of " + program + " is missing")
                    : new Outcome.NotStarted("the handler " + program + " is gone");
        }
        return new Outcome.NotExecutable(126, String.valueOf(failure.getMessage()));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
