package org.workerd.worker.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
import org.workerd.worker.attempt.EndNote;
import org.workerd.worker.attempt.JobLog;
import org.workerd.worker.attempt.LedgerContents;
import org.workerd.worker.attempt.StopRequest;

/** Puts back what dead daemons had claimed, once nothing of it runs any more. */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private static final int TOLD = 8;

    private final Peers peers;
    private final Survivors survivors;
    private final AlarmRaising alarms;
    private final Activities activities;
    /** Of those that died at about the same time. */
    private int told;

    private int untold;
    private int untoldJobs;

    Orphans(Peers peers, Survivors survivors, AlarmRaising alarms, Activities activities) {
        this.peers = peers;
        this.survivors = survivors;
        this.alarms = alarms;
        this.activities = activities;
    }

    /**
     * What became of the jobs of a dead daemon.
     *
     * @param alive whose attempts go on without it
     */
    private record Settled(List<Moves.Finish> back, int ended, List<Claim> alive) {}

    /**
     * What a dead daemon left word of.
     *
     * @param ledger empty: it cannot be read, and any of them may have been begun
     * @param ends by the tokens of their claims, how attempts of it ended
     * @param unwanted by job, why it was to be cancelled
     */
    private record Will(Optional<LedgerContents> ledger, Map<Long, EndNote> ends, Map<Long, String> unwanted) {
        boolean hasBegun(Claim claim) {
            return ledger.isEmpty() || ledger.get().hasBegun(claim);
        }

        Optional<EndNote> end(Claim claim) {
            return Optional.ofNullable(ends.get(claim.token()));
        }
    }

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
                activities.countCommitted(settled.back());
                tell(daemon, settled);
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

    private void tell(DaemonRow daemon, Settled settled) {
        settled.back()
                .forEach(finish -> JobLog.finished(
                        finish.claim(),
                        finish.verdict(),
                        Duration.between(finish.claim().startedAt(), finish.at())));
        int cutShort = settled.back().size() - settled.ended();
        if (told == TOLD) {
            untold++;
            untoldJobs += cutShort;
            return;
        }
        told++;
        String ended = settled.ended() == 0 ? "" : "; jobs that had already ended: " + settled.ended();
        String waiting = settled.alive().isEmpty()
                ? ""
                : "; attempts still running without it: " + settled.alive().size();
        LOG.warn("the daemon with pid {} died; jobs put back: {}{}{}", daemon.pid(), cutShort, ended, waiting);
    }

    private Settled settle(Moves moves, DaemonRow daemon, Policies policies, Instant now) {
        List<Moves.Finish> back = new ArrayList<>();
        List<Claim> alive = new ArrayList<>();
        int ended = 0;
        Will will = new Will(
                peers.ledger(daemon.id()),
                peers.ends(daemon.id()),
                moves.cancellations().stream().collect(Collectors.toMap(Cancellation::id, Cancellation::reason)));
        for (Claim claim : moves.claimedBy(daemon.id())) {
            if (survivors.isAlive(daemon.id(), claim)) {
                alive.add(claim);
                continue;
            }
            Optional<EndNote> end = will.end(claim);
            end.map(EndNote::progress).ifPresent(progress -> moves.progress(claim, progress));
            Moves.Finish finish = end.map(note -> finish(note, claim, policies, now))
                    .orElseGet(() -> new Moves.Finish(claim, cutShort(claim, will, moves, policies, now), now));
            Moves.Runner runner = new Moves.Runner(daemon.pid(), daemon.host());
            if (moves.finish(claim, finish.verdict(), runner, finish.at())) {
                if (moves.keepsOutputs()) {
                    peers.printed(daemon.id(), claim, policies.of(claim.name()))
                            .ifPresent(printed -> moves.keep(List.of(printed)));
                }
                back.add(finish);
                ended += end.isPresent() ? 1 : 0;
                alarms.of(claim, finish.verdict(), policies.of(claim.name()))
                        .ifPresent(alarm -> alarms.store(alarm, moves));
            }
        }
        if (alive.isEmpty()) {
            moves.unregister(daemon.id());
        }
        return new Settled(back, ended, alive);
    }

    /** It had ended, and only its verdict was not written yet: the one that its own daemon would have found. */
    private static Moves.Finish finish(EndNote end, Claim claim, Policies policies, Instant now) {
        Instant at = end.at().isBefore(now) ? end.at() : now;
        return new Moves.Finish(claim, verdict(end.outcome(), claim, policies, at), at);
    }

    private static Verdict cutShort(Claim claim, Will will, Moves moves, Policies policies, Instant now) {
        if (!will.hasBegun(claim)) {
            return new Verdict.GiveBack(null);
        }
        return cancelled(will.unwanted().get(claim.jobId()))
                .or(() -> will.ledger()
                        .flatMap(contents -> contents.told(claim))
                        .map(cause -> onPurpose(cause, claim, policies, now)))
                .orElseGet(() -> crashed(claim, moves, policies));
    }

    /** Its daemon ended without it, for it would not end itself. */
    private static Verdict onPurpose(StopRequest.Cause cause, Claim claim, Policies policies, Instant now) {
        Outcome outcome =
                cause == StopRequest.Cause.TIMED_OUT ? new Outcome.TimedOut(null, null) : new Outcome.Interrupted(true);
        return verdict(outcome, claim, policies, now);
    }

    private static Verdict verdict(Outcome outcome, Claim claim, Policies policies, Instant at) {
        double jitter = ThreadLocalRandom.current().nextDouble();
        return Verdict.of(outcome, claim, policies.of(claim.name()), at, jitter);
    }

    /** What was not begun and nobody wants any more is put back too: the next turn cancels it before it can begin. */
    private static Optional<Verdict> cancelled(@Nullable String reason) {
        return Optional.ofNullable(reason)
                .map(why -> new Verdict.Cancel(new Verdict.AttemptRow("cancelled", null, null, why)));
    }

    private static Verdict crashed(Claim claim, Moves moves, Policies policies) {
        return Verdict.ofCrash(claim, moves.crashes(claim.jobId()), policies.of(claim.name()));
    }
}
