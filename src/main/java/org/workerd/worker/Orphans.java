package org.workerd.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.job.Policies;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Cancellation;
import org.workerd.store.Moves.DaemonRow;

/** Puts back what dead daemons had claimed, once nothing of it runs any more. */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final Peers peers;

    Orphans(Peers peers) {
        this.peers = peers;
    }

    /** Looks which of these daemons are dead, and cleans up after those. True: that put jobs back. */
    boolean recover(List<DaemonRow> daemons, Policies policies, Instant now, Writing writing) {
        boolean any = false;
        for (DaemonRow daemon : peers.dead(daemons)) {
            if (peers.endLeftovers(daemon.id())) {
                Map<Claim, Verdict> back = writing.write(moves -> putBack(moves, daemon, policies, now));
                back.forEach(
                        (claim, verdict) -> JobLog.finished(claim, verdict, Duration.between(claim.startedAt(), now)));
                LOG.warn("the daemon with pid {} died; jobs of it put back: {}", daemon.pid(), back.size());
                peers.forget(daemon.id());
                any |= !back.isEmpty();
            }
        }
        return any;
    }

    private Map<Claim, Verdict> putBack(Moves moves, DaemonRow daemon, Policies policies, Instant now) {
        Map<Claim, Verdict> back = new LinkedHashMap<>();
        Optional<Ledger.Contents> ledger = peers.ledger(daemon.id());
        Map<Long, String> unwanted =
                moves.cancellations().stream().collect(Collectors.toMap(Cancellation::id, Cancellation::reason));
        for (Claim claim : moves.claimedBy(daemon.id())) {
            // When the ledger cannot be read, it may have been begun.
            boolean begun = ledger.isEmpty() || ledger.get().hasBegun(claim.jobId());
            Verdict verdict = begun
                    ? cancelled(unwanted.get(claim.jobId()))
                            .or(() -> ledger.flatMap(contents -> contents.told(claim.jobId()))
                                    .map(cause -> onPurpose(cause, claim, policies, now)))
                            .orElseGet(() -> crashed(claim, moves, policies))
                    : new Verdict.GiveBack(null);
            if (moves.finish(claim, verdict, daemon.pid(), now)) {
                back.put(claim, verdict);
            }
        }
        moves.unregister(daemon.id());
        return back;
    }

    /** Its daemon ended without it, for it would not end itself. */
    private static Verdict onPurpose(StopRequest.Cause cause, Claim claim, Policies policies, Instant now) {
        Outcome outcome =
                cause == StopRequest.Cause.TIMED_OUT ? new Outcome.TimedOut(null, null) : new Outcome.Interrupted(true);
        double jitter = ThreadLocalRandom.current().nextDouble();
        return Verdict.of(outcome, claim, policies.of(claim.name()), now, jitter);
    }

    /** What was not begun and nobody wants any more is put back too: the next turn cancels it before it can begin. */
    private static Optional<Verdict> cancelled(@Nullable String reason) {
        return Optional.ofNullable(reason)
                .map(why -> new Verdict.Cancel(new Verdict.Ending("cancelled", null, null, why)));
    }

    private static Verdict crashed(Claim claim, Moves moves, Policies policies) {
        return Verdict.ofCrash(claim, moves.crashes(claim.jobId()), policies.of(claim.name()));
    }
}
