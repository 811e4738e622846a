package org.workerd.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Cancellation;
import org.workerd.store.Moves.DaemonRow;

/** Puts back what dead daemons had claimed, once nothing of it runs any more. */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private static final int TOLD = 8;

    private final Peers peers;
    private final Survivors survivors;
    /** Of those that died at about the same time. */
    private int told;

    private int untold;
    private int untoldJobs;

    Orphans(Peers peers, Survivors survivors) {
        this.peers = peers;
        this.survivors = survivors;
    }

    /**
     * What became of the jobs of a dead daemon.
     *
     * @param alive whose attempts go on without it
     */
    private record Settled(Map<Claim, Verdict> back, List<Claim> alive) {}

    /** Looks which of these daemons are dead, and cleans up after those. True: that put jobs back, or there are more. */
    boolean recover(List<DaemonRow> daemons, Policies policies, Instant now, JobStore store) {
        boolean any = false;
        int cleaned = 0;
        int room = peers.room();
        List<DaemonRow> dead = peers.dead(daemons, room);
        for (DaemonRow daemon : dead) {
            long id = daemon.id();
            if (survivors.hasNews(id) && (survivors.isKnown(id) || peers.endLeftovers(id))) {
                Settled settled = store.transaction(moves -> settle(moves, daemon, policies, now));
                tell(daemon, settled, now);
                if (settled.alive().isEmpty()) {
                    survivors.forget(id);
                    peers.forget(id);
                    cleaned++;
                } else {
                    survivors.await(id, settled.alive());
                }
                any |= !settled.back().isEmpty() || (room > 0 && cleaned == room);
            }
        }
        if (dead.size() < room) {
            tellRest();
        }
        return any;
    }

    private void tellRest() {
        if (untold > 0) {
            LOG.warn("{} more daemons died; jobs put back: {}", untold, untoldJobs);
        }
        told = 0;
        untold = 0;
        untoldJobs = 0;
    }

    private void tell(DaemonRow daemon, Settled settled, Instant now) {
        settled.back()
                .forEach((claim, verdict) -> JobLog.finished(claim, verdict, Duration.between(claim.startedAt(), now)));
        if (told == TOLD) {
            untold++;
            untoldJobs += settled.back().size();
            return;
        }
        told++;
        String waiting = settled.alive().isEmpty()
                ? ""
                : "; attempts still running without it: " + settled.alive().size();
        LOG.warn(
                "the daemon with pid {} died; jobs put back: {}{}",
                daemon.pid(),
                settled.back().size(),
                waiting);
    }

    private Settled settle(Moves moves, DaemonRow daemon, Policies policies, Instant now) {
        Map<Claim, Verdict> back = new LinkedHashMap<>();
        List<Claim> alive = new ArrayList<>();
        Optional<Ledger.Contents> ledger = peers.ledger(daemon.id());
        Map<Long, String> unwanted =
                moves.cancellations().stream().collect(Collectors.toMap(Cancellation::id, Cancellation::reason));
        for (Claim claim : moves.claimedBy(daemon.id())) {
            if (survivors.isAlive(daemon.id(), claim)) {
                alive.add(claim);
                continue;
            }
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
        if (alive.isEmpty()) {
            moves.unregister(daemon.id());
        }
        return new Settled(back, alive);
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
