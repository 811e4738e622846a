package org.workerd.worker.attempt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.api.JobHandler;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.unix.Processes;
import org.workerd.unix.UnixException;
import org.workerd.worker.handlers.Handlers;

/** The life of one attempt in its slot, from the claim to the outcome; the loop judges it. */
public final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private final Attempt attempt;
    private final Handlers handlers;
    private final Slot slot;
    /** What it goes on with; null: it begins here. */
    private final @Nullable Carried carried;

    private final long since;
    private volatile @Nullable JavaAttempt inJava;
    private volatile @Nullable Command command;

    Execution(Attempt attempt, Handlers handlers, Slot slot) {
        this(attempt, handlers, slot, null);
    }

    /** @param carried a program that runs already; null: nothing of it does */
    Execution(Attempt attempt, Handlers handlers, Slot slot, @Nullable Carried carried) {
        this.attempt = attempt;
        this.handlers = handlers;
        this.slot = slot;
        this.carried = carried;
        this.since = carried == null ? System.nanoTime() : carried.began();
    }

    public Claim claim() {
        return attempt.claim();
    }

    public JobPolicy policy() {
        return attempt.policy();
    }

    public LifeSigns signs() {
        return attempt.signs();
    }

    /** Where what it prints is, if it does. */
    public Path output() {
        return Output.path(slot.premises().output(), claim().jobId(), claim().attempt());
    }

    /** It has ended, and something is there. */
    public boolean hasPrinted() {
        Command program = command;
        JavaAttempt code = inJava;
        return (program != null && program.hasPrinted()) || (code != null && code.hasPrinted());
    }

    int slotNumber() {
        return slot.number();
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Ends it as soon as its grace allows, to be given back. */
    public void interrupt() {
        attempt.stop().ask(StopRequest.Cause.INTERRUPTED);
    }

    /** Ends it as soon as its grace allows, for good. */
    void cancel(String reason) {
        attempt.stop().cancel(reason);
    }

    /** Its processes stand still; a handler in Java, which cannot, ends and is given back. */
    void freeze() {
        Command running = command;
        if (running != null) {
            running.watch().freeze();
        } else {
            interrupt();
        }
    }

    /** What was frozen goes on. */
    void thaw() {
        Command running = command;
        if (running != null) {
            running.watch().thaw();
        }
    }

    /** Without any grace: it is somebody else's by now. */
    void kill() {
        interrupt();
        Command running = command;
        if (running != null) {
            running.watch().signal(Processes.KILL);
        }
    }

    public boolean isInJava() {
        return inJava != null;
    }

    /** As {@link ProgramWatch#hold}; empty, too, when no program runs. */
    public Optional<Carried> hold(Duration patience) throws InterruptedException {
        Command running = command;
        return running == null ? Optional.empty() : running.watch().hold(patience);
    }

    public void release() {
        Command held = command;
        if (held != null) {
            held.watch().release();
        }
    }

    /** It was told to end, has had its grace, and cannot be made to. */
    public boolean isStuck() {
        JavaAttempt running = inJava;
        return running != null && running.isStuck();
    }

    /** The process ends without it. */
    public void abandon() {
        JavaAttempt running = inJava;
        if (running != null) {
            running.abandon();
        }
    }

    /** Nothing comes after it in its slot. */
    void tidy() {
        slot.tidy();
    }

    /** Never throws: whatever happens is an outcome. */
    Outcome run() {
        Claim claim = attempt.claim();
        if (claim.defect() != null) {
            return new Outcome.Unfit(claim.defect());
        }
        try (StopRequest stop = attempt.stop()) {
            if (carried != null) {
                return resume(carried, stop);
            }
            // Looked at again, right before it runs: it may have changed since the claim.
            return run(handlers.vet(claim.name()), stop);
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (RuntimeException | Error failure) {
            LOG.error("cannot run job {}", claim.jobId(), failure);
            return new Outcome.NotStarted(failure.toString());
        }
    }

    /** Its handler is not looked at again: an upgrade may just have replaced it. */
    private Outcome resume(Carried program, StopRequest stop) {
        Command running = new Command(attempt, slot);
        if (program.told() == StopRequest.Cause.CANCELLED) {
            stop.cancel(program.reason());
        } else if (program.told() != null) {
            stop.ask(program.told());
        }
        try {
            stop.open();
        } catch (UnixException shortage) {
            // Then it is only later that we see that it is to end.
            LOG.warn("job {} will be slow to be cancelled: {}", claim().jobId(), shortage.getMessage());
        }
        attempt.signs().began(program.began());
        command = running;
        return running.resume(program);
    }

    private Outcome run(Handlers.Vetting vetting, StopRequest stop) {
        if (vetting instanceof Handlers.Accepted accepted) {
            stop.open();
            Command running = new Command(attempt, slot);
            command = running;
            return running.run(accepted.program());
        }
        Optional<JobHandler> code =
                vetting instanceof Handlers.AcceptedJava ? handlers.inJava(claim().name()) : Optional.empty();
        if (code.isPresent()) {
            JavaAttempt running = new JavaAttempt(code.get(), attempt, slot);
            inJava = running;
            return running.run();
        }
        // It has changed since the claim, which heeds what was found then.
        handlers.forget();
        return new Outcome.HandlerUnusable(125, handlers.objection(vetting).orElse("its class is not loaded"));
    }
}
