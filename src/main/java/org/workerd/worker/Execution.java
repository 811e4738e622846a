package org.workerd.worker;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
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

    /** Never throws: whatever happens is an outcome. */
    Outcome run() {
        if (claim.defect() != null) {
            return new Outcome.Unfit(claim.defect());
        }
        try (stop) {
            stop.open();
            // Looked at again, right before it runs: it may have changed since the claim.
            Handlers.Vetting vetting = handlers.vet(claim.name());
            return vetting instanceof Handlers.Accepted accepted
                    ? new Command(accepted.program(), claim, policy, slot, stop).run()
                    : new Outcome.NotStarted(handlers.objection(vetting).orElse(""));
        } catch (UnixException failure) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        } catch (RuntimeException | Error failure) {
            LOG.error("cannot run job {}", claim.jobId(), failure);
            return new Outcome.NotStarted(failure.toString());
        }
    }
}
