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
    private final long since = System.nanoTime();
    private volatile @Nullable JavaAttempt inJava;
    private volatile @Nullable Command command;

    Execution(Attempt attempt, Handlers handlers, Slot slot) {
        this.attempt = attempt;
        this.handlers = handlers;
        this.slot = slot;
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
    void interrupt() {
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
            running.freeze();
        } else {
            interrupt();
        }
    }

    /** What was frozen goes on. */
    void thaw() {
        Command running = command;
        if (running != null) {
            running.thaw();
        }
    }

    /** Without any grace: it is somebody else's by now. */
    void kill() {
        interrupt();
        Command running = command;
        if (running != null) {
            running.signal(Processes.KILL);
        }
    }

    /** It was told to end, has had its grace, and cannot be made to. */
    boolean isStuck() {
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
            // Looked at again, right before it runs: it may have changed since the claim.
            return run(handlers.vet(claim.name()), stop);
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (RuntimeException | Error failure) {
            LOG.error("cannot run job {}", claim.jobId(), failure);
            return new Outcome.NotStarted(failure.toString());
        }
    }

    private Outcome run(Handlers.Vetting vetting, StopRequest stop) {
        if (vetting instanceof Handlers.Accepted accepted) {
            stop.open();
            Command running = new Command(accepted.program(), attempt, slot);
            command = running;
            return running.run();
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
