package org.workerd.worker.attempt;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Span;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.UnixException;

/**
 * Waits for the end of a program that runs, and ends it when its time is up, with all that it leaves. For its slot's
 * thread, but for what says otherwise.
 */
final class ProgramWatch {
    private static final Duration QUIET_LOOK = Duration.ofSeconds(1);
    private static final Duration BUSY_LOOK = Duration.ofMillis(100);
    /** How long what a program leaves behind may take to go by itself when the program itself has ended. */
    private static final Duration LEFTOVER_GRACE = Duration.ofSeconds(1);

    private static final int NOT_OPEN = -1;

    private final Claim claim;
    private final JobPolicy policy;
    private final StopRequest stop;
    private final Slot slot;
    /** The slot's own while it does anything but wait: who has it meanwhile finds all as it stays. */
    private final ReentrantLock moving = new ReentrantLock();

    private final StoodStill stood = new StoodStill();
    private boolean watching;
    private int pid;
    /** In clock ticks since boot; nothing of it is older. */
    private long oldest;
    /** On the monotonic clock, in nanoseconds, as the next two. */
    private long began;

    private long until;
    private long killAt = Long.MAX_VALUE;
    private boolean killed;
    /** It was told to end before it had: what stopped it is then how it ended. */
    private StopRequest.@Nullable Cause told;
    /** Readable once the program has ended; poll passes over it while it is not open. */
    private int process = NOT_OPEN;
    /** The leader of its group, as long as nobody else can have that number; else 0. */
    private int leader;

    ProgramWatch(Attempt attempt, Slot slot) {
        this.claim = attempt.claim();
        this.policy = attempt.policy();
        this.stop = attempt.stop();
        this.slot = slot;
    }

    /** It has just begun. */
    void lead(int started, long since) {
        pid = started;
        oldest = since;
        began = System.nanoTime();
        until = began + claim.timeout(policy).toNanos();
        leads(started);
    }

    /** It began before us. */
    void resume(Carried program) {
        pid = program.pid();
        oldest = program.oldest();
        began = program.began();
        until = program.until();
        if (program.told() != null) {
            told = program.told();
            killAt = program.killAt();
        }
        leads(pid);
    }

    private synchronized void leads(int group) {
        leader = group;
    }

    /** To all of its group, if it runs. From any thread. */
    synchronized void signal(int signal) {
        if (leader != 0) {
            Processes.signalGroup(leader, signal);
        }
    }

    /** Its time stands still with it. From any thread. */
    synchronized void freeze() {
        if (leader != 0) {
            signal(Processes.STOP);
            stood.stop();
        }
    }

    /** It goes on. From any thread. */
    synchronized void thaw() {
        signal(Processes.CONTINUE);
        stood.goOn();
    }

    private long timeoutAt() {
        return until + stood.untilNow();
    }

    boolean hasTold() {
        return told != null;
    }

    /**
     * Keeps everything as it is, from the loop's thread, until {@link #release}: the program runs, or has ended, but its
     * slot does nothing about it.
     *
     * @return empty: its slot is doing something, and nothing is kept
     */
    Optional<Carried> hold(Duration patience) throws InterruptedException {
        if (!moving.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        if (!watching) {
            moving.unlock();
            return Optional.empty();
        }
        return Optional.of(new Carried(
                slot.number(),
                claim.jobId(),
                claim.token(),
                pid,
                oldest,
                began,
                timeoutAt(),
                told,
                told == null ? "" : stop.reason(),
                told == null ? 0 : killAt));
    }

    void release() {
        moving.unlock();
    }

    /** Until nothing of the attempt is alive; the end of its program. */
    Processes.End await(Scratch scratch, BooleanSupplier look) {
        Processes.End end;
        try {
            awaitEnd(look);
        } catch (RuntimeException | Error failure) {
            Processes.signalGroup(pid, Processes.KILL);
            throw failure;
        } finally {
            closeProcess();
            // Whatever went wrong, from here on nothing of it may live.
            long soon = System.nanoTime()
                    + Span.shorter(LEFTOVER_GRACE, policy.killGrace()).toNanos();
            boolean alone = endLeftovers(scratch, Math.min(killAt, soon));
            end = reap(alone);
        }
        return end;
    }

    private void awaitEnd(BooleanSupplier look) {
        moving.lock();
        watching = true;
        try {
            watch(look);
        } finally {
            watching = false;
            moving.unlock();
        }
    }

    private void watch(BooleanSupplier looking) {
        Duration look = BUSY_LOOK;
        while (openProcess()) {
            boolean ending = told != null;
            long next = ending ? (killed ? Long.MAX_VALUE : killAt) : timeoutAt();
            int millis = (int) Math.min(look.toMillis(), Math.max(0, millisUntil(next)));
            if (ends(millis, ending)) {
                return;
            }
            look = process == NOT_OPEN || looking.getAsBoolean() ? BUSY_LOOK : QUIET_LOOK;
            if (!ending && millisUntil(timeoutAt()) <= 0) {
                stop.ask(StopRequest.Cause.TIMED_OUT);
            }
            StopRequest.Cause cause = stop.cause();
            if (!ending && cause != null) {
                Processes.signalGroup(pid, Processes.TERM);
                told = cause;
                killAt = System.nanoTime() + policy.killGrace().toNanos();
            } else if (ending && !killed && millisUntil(killAt) <= 0) {
                Processes.signalGroup(pid, Processes.KILL);
                killed = true;
            }
        }
    }

    private boolean ends(int millis, boolean ending) {
        int asked = ending ? NOT_OPEN : stop.descriptor();
        moving.unlock();
        try {
            return Posix.await(millis, process, asked)[0];
        } finally {
            moving.lock();
        }
    }

    /**
     * Without a descriptor for it we look again soon: nobody else takes our child's end. False: somebody did, and nobody
     * knows how it ended.
     */
    private boolean openProcess() {
        if (process == NOT_OPEN) {
            try {
                process = Processes.open(pid);
            } catch (UnixException failure) {
                return !failure.isGone();
            }
        }
        return true;
    }

    private void closeProcess() {
        if (process != NOT_OPEN) {
            Posix.close(process);
            process = NOT_OPEN;
        }
    }

    /** Without descriptors nobody can look what is alive; the job is not over until somebody did. */
    private boolean endLeftovers(Scratch scratch, long last) {
        while (true) {
            try {
                return slot.leftovers().end(pid, scratch.result(), last);
            } catch (UncheckedIOException | UnixException failure) {
                JobLog.warn(claim, "cannot list the processes that it left running, retrying: " + failure.getMessage());
                Posix.await((int) QUIET_LOOK.toMillis());
            }
        }
    }

    private Processes.End reap(boolean alone) {
        leads(0);
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

    private static long millisUntil(long nanoTime) {
        return nanoTime == Long.MAX_VALUE ? Integer.MAX_VALUE : (nanoTime - System.nanoTime() + 999_999) / 1_000_000;
    }
}
