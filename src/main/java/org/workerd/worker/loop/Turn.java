package org.workerd.worker.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Policies;
import org.workerd.job.Span;
import org.workerd.store.DaemonStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.worker.attempt.Execution;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Slots;
import org.workerd.worker.cron.Cron;

/**
 * One transaction of the loop: the verdicts that came in, what others asked for, what is due, claims for the free slots. And
 * what it leaves to be done here once it is through, but for running what was claimed. For the loop's thread.
 */
final class Turn {
    static final int PROMOTED_AT_ONCE = 500;
    /** What the rates let through begins by then. */
    private static final Duration UNTIL_BEGUN = Duration.ofMillis(50);

    private final Identity identity;
    private final Slots slots;
    private final Verdicts verdicts;
    private final Claiming claiming;
    private final Printing printing;
    private final Activities activities;
    private final Cancellations cancellations;
    private final InstantSource clock;
    private final WallClock wallClock;
    private final Cron cron = new Cron();
    private final ProgressWriter progress = new ProgressWriter();
    private final RateStarts starts = new RateStarts();
    /** A transaction failed: it may have been carried out all the same, and then we have claims that we do not know. */
    private boolean commitUncertain;
    /** What the queue shows of the configuration; null: that is to be written. */
    private @Nullable Policies shown;

    Turn(
            Identity identity,
            Slots slots,
            Verdicts verdicts,
            Claiming claiming,
            Printing printing,
            Activities activities,
            InstantSource clock) {
        this.identity = identity;
        this.slots = slots;
        this.verdicts = verdicts;
        this.claiming = claiming;
        this.printing = printing;
        this.activities = activities;
        this.cancellations = new Cancellations(slots, identity.runner());
        this.clock = clock;
        this.wallClock = new WallClock(clock);
    }

    /** These run already; claims of ours that are not among them go back. */
    void resume(Collection<Claim> claims) {
        starts.resume(claims);
        commitUncertain = true;
    }

    /**
     * What it came to.
     *
     * @param hadVerdicts it wrote some
     * @param isAnyHeld the machine was short of something for one of those
     * @param nextDue when the next thing is due that is known of
     */
    record Done(
            boolean hadVerdicts,
            boolean isAnyHeld,
            List<Claim> claimed,
            List<DaemonRow> others,
            int promoted,
            Instant nextDue) {}

    /**
     * Carries it out.
     *
     * @param working what is due and what can be claimed is looked for
     * @throws org.workerd.store.StoreException after which {@link #failed} is to be called
     */
    Done carryOut(DaemonStore store, Plan plan, boolean working, Instant now) {
        Written written = store.transaction(moves -> write(moves, plan, working, now));
        activities.committed();
        commitUncertain = false;
        wallClock.aligned(written.clockStep());
        boolean hadVerdicts = verdicts.count() > 0;
        boolean isAnyHeld = verdicts.isAnyHeld();
        printing.told();
        verdicts.written(written.lost());
        Instant nextRun = written.cron().map(cron::settle).orElse(Instant.MAX);
        return new Done(
                hadVerdicts,
                isAnyHeld,
                written.claimed(),
                written.others(),
                written.promoted(),
                written.nextDue().filter(nextRun::isAfter).orElse(nextRun));
    }

    /** It may have been carried out all the same: the next one finds out. */
    void failed() {
        commitUncertain = true;
        shown = null;
    }

    /** What the transaction did, to be told once it is through. */
    private record Written(
            Duration clockStep,
            List<Claim> lost,
            Optional<Cron.Look> cron,
            List<Claim> claimed,
            List<DaemonRow> others,
            int promoted,
            Optional<Instant> nextDue) {}

    private Written write(Moves moves, Plan plan, boolean working, Instant now) {
        activities.begin();
        Duration clockStep = wallClock.align(moves);
        Policies policies = plan.policies();
        if (!plan.guest() && !policies.equals(shown)) {
            moves.allow(policies);
            shown = policies;
        }
        if (commitUncertain) {
            verdicts.giveBackUnknown(moves, now);
        }
        List<Execution> known = Stream.concat(slots.executions().stream(), verdicts.executions())
                .toList();
        starts.tell(moves, known, plan.limits(), now);
        progress.write(moves, known);
        printing.tell(moves, known);
        List<Claim> lost = verdicts.write(moves);
        verdicts.count(lost, activities);
        cancellations.carryOut(moves, now);
        Optional<Cron.Look> schedules = working ? Optional.of(cron.turn(moves, plan.cron(), now)) : Optional.empty();
        int promoted = working ? moves.promote(now, PROMOTED_AT_ONCE) : 0;
        // Not from before the transaction, which may have waited for others: no attempt shall begin before its job is
        // stored.
        List<Claim> claimed = working ? claiming.claim(moves, plan, clock.instant()) : List.of();
        Written written =
                new Written(clockStep, lost, schedules, claimed, others(moves, plan), promoted, nextDue(moves, plan));
        activities.write(moves, now, !working);
        return written;
    }

    private static Optional<Instant> nextDue(Moves moves, Plan plan) {
        return Stream.of(moves.nextDue(), moves.nextRoom(plan.limits()))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** Of this one what is told is put right: a reload, or a restart in place, may have changed its slots. */
    private List<DaemonRow> others(Moves moves, Plan plan) {
        List<DaemonRow> others = new ArrayList<>();
        for (DaemonRow daemon : moves.daemons()) {
            if (daemon.id() != identity.daemon()) {
                others.add(daemon);
            } else if (daemon.slots() != plan.concurrency()) {
                moves.resize(daemon.id(), plan.concurrency());
            }
        }
        return others;
    }

    /** How long there is nothing to be told of what runs, and no longer than the loop may sleep. */
    Duration untilNews(Plan plan) {
        Collection<Execution> running = slots.executions();
        Duration known = starts.hasUntold(running, plan.limits())
                ? Span.shorter(UNTIL_BEGUN, plan.pollInterval())
                : plan.pollInterval();
        return progress.untilNext(running, known);
    }
}
