package org.workerd.worker;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.api.JobHandler;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.unix.UnixException;

/** The life of one attempt in its slot, from the claim to the outcome; the loop judges it. */
final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private final Claim claim;
    private final JobPolicy policy;
    private final Handlers handlers;
    private final Slot slot;
    private final StopRequest stop = new StopRequest();
    private final long since = System.nanoTime();
    private volatile @Nullable JavaAttempt inJava;

    Execution(Claim claim, JobPolicy policy, Handlers handlers, Slot slot) {
        this.claim = claim;
        this.policy = policy;
        this.handlers = handlers;
        this.slot = slot;
    }

    Claim claim() {
        return claim;
    }

    JobPolicy policy() {
        return policy;
    }

    int slotNumber() {
        return slot.number();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Ends it as soon as its grace allows, to be given back. */
    void interrupt() {
        stop.ask(StopRequest.Cause.INTERRUPTED);
    }

    /** Ends it as soon as its grace allows, for good. */
    void cancel(String reason) {
        stop.cancel(reason);
    }

    /** What its handler said last of how far it is. */
    Optional<Progress> progress() {
        JavaAttempt attempt = inJava;
        return attempt == null ? Optional.empty() : attempt.progress();
    }

    /** It was told to end, has had its grace, and cannot be made to. */
    boolean isStuck() {
        JavaAttempt attempt = inJava;
        return attempt != null && attempt.isStuck();
    }

    /** The process ends without it. */
    void abandon() {
        JavaAttempt attempt = inJava;
        if (attempt != null) {
            attempt.abandon();
        }
    }

    /** Never throws: whatever happens is an outcome. */
    Outcome run() {
        if (claim.defect() != null) {
            return new Outcome.Unfit(claim.defect());
        }
        try (stop) {
            // Looked at again, right before it runs: it may have changed since the claim.
            return run(handlers.vet(claim.name()));
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (RuntimeException | Error failure) {
            LOG.error("cannot run job {}", claim.jobId(), failure);
            return new Outcome.NotStarted(failure.toString());
        }
    }

    private Outcome run(Handlers.Vetting vetting) {
        if (vetting instanceof Handlers.Accepted accepted) {
            stop.open();
            return new Command(accepted.program(), claim, policy, slot, stop).run();
        }
        Optional<JobHandler> code =
                vetting instanceof Handlers.AcceptedJava ? handlers.inJava(claim.name()) : Optional.empty();
        if (code.isPresent()) {
            JavaAttempt attempt = new JavaAttempt(code.get(), claim, policy, slot, stop);
            inJava = attempt;
            return attempt.run();
        }
        return new Outcome.NotStarted(handlers.objection(vetting).orElse("its code is not here"));
    }
}
