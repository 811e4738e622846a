package org.workerd.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.workerd.job.Claim;
import org.workerd.job.CronEntry;
import org.workerd.job.Limits;
import org.workerd.job.Outcome;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.job.Span;
import org.workerd.job.Verdict;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.Moves.Lane;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;

/**
 * The loop: one thread that owns the one connection which writes. Each turn is one transaction, inside the turnstile:
 * the verdicts that came in, what is due, claims for the free slots.
 */
public final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final int PROMOTED_AT_ONCE = 500;
    private static final Duration TURNSTILE_PATIENCE = Duration.ofMillis(500);
    /** Claims that found no slot by then are given back: others may have one, or something more urgent has come. */
    private static final Duration LONGEST_WAIT_FOR_A_SLOT = Duration.ofMillis(250);

    /**
     * What may change while it runs.
     *
     * @param environment what every handler gets, before what says which job it is
     */
    public record Plan(
            int concurrency,
            Duration pollInterval,
            Handlers handlers,
            Map<String, String> environment,
            Policies policies,
            Limits limits,
            Retention retention,
            List<CronEntry> cron) {
        public Plan {
            cron = List.copyOf(cron);
            environment = Map.copyOf(environment);
        }
    }

    /** Who it is, once its row and its ledger are made. */
    public record Identity(long daemon, long pid, Ledger ledger, Premises premises) {}

    /** What it is given from outside. The doorbell is rung when an attempt has ended or another daemon died. */
    public record Surroundings(Path queueFile, Doorbell doorbell, InstantSource clock) {}

    private enum Want {
        WORK,
        DRAIN,
        STOP_NOW
    }

    /**
     * An attempt that ended, judged, and not written yet.
     *
     * @param at when it ended, which may be long before it can be written
     * @param held it could not be started: the machine was short of something
     * @param ran null: it never began, and nobody was told that it would
     */
    private record Judged(Claim claim, Verdict verdict, Instant at, boolean held, @Nullable Duration ran) {}

    private final JobStore store;
    private final Turnstile turnstile;
    private final Identity identity;
    private final InstantSource clock;
    private final Slots slots;
    private final Peers peers;
    private final Orphans orphans;
    private final Cancellations cancellations;
    private final Pruner pruner;
    private final Cron cron = new Cron();
    private final WallClock wallClock;
    private final LaneFilter laneFilter = new LaneFilter();
    private final Retreat retreat = new Retreat();
    private final List<Judged> unwritten = new ArrayList<>();
    private volatile Plan plan;
    private Want want = Want.WORK;
    /** A transaction failed: it may have been carried out all the same, and then we have claims that we do not know. */
    private boolean unsure;
    /** Told once, and again when it becomes another one. */
    private String lastFailure = "";

    public Worker(JobStore store, Turnstile turnstile, Identity identity, Plan plan, Surroundings surroundings) {
        this.store = store;
        this.turnstile = turnstile;
        this.identity = identity;
        this.plan = plan;
        this.clock = surroundings.clock();
        this.wallClock = new WallClock(surroundings.clock());
        this.slots = new Slots(identity.premises(), identity.ledger(), surroundings.doorbell());
        this.peers = new Peers(surroundings.queueFile(), surroundings.doorbell());
        this.orphans = new Orphans(peers);
        this.cancellations = new Cancellations(slots, identity.pid());
        this.pruner = new Pruner(new OutputFiles(surroundings.queueFile()));
    }

    /** From the next turn on. */
    public void change(Plan next) {
        plan = next;
    }

    /** Claims nothing more; what runs may end. */
    public void drain() {
        if (want == Want.WORK) {
            want = Want.DRAIN;
            noteDraining();
            withdraw(Duration.ZERO);
        }
    }

    private void noteDraining() {
        try {
            identity.ledger().draining();
        } catch (UnixException failure) {
            // Only who asks how it goes is told less.
            LOG.warn("cannot note in the ledger that it drains: {}", failure.getMessage());
        }
    }

    /** Ends what runs and gives it back. */
    public void stopNow() {
        drain();
        want = Want.STOP_NOW;
        slots.interruptAll();
    }

    /** Nothing runs, and nothing is left to be written. */
    public boolean isDone() {
        return want != Want.WORK && slots.isEmpty() && unwritten.isEmpty();
    }

    /** Nothing runs, or all that does was told to end, has had its grace, and goes on; only the end of the process ends it. */
    public boolean isStuck() {
        return want == Want.STOP_NOW && slots.isOnlyStuck();
    }

    /** There are ends of attempts that the database does not know yet. */
    public boolean hasUnwritten() {
        return slots.hasEnded() || !unwritten.isEmpty();
    }

    /** The process ends now: notes for whoever comes next what ended the attempts that it takes along. */
    public void abandon() {
        slots.executions().forEach(Execution::abandon);
    }

    /** How many attempts run. */
    public int busy() {
        return slots.busy();
    }

    /** How many attempts ended whose verdicts the database has not taken yet. */
    public int unwritten() {
        return unwritten.size();
    }

    /** One line for each attempt that runs. */
    public List<String> report() {
        return slots.executions().stream().map(Worker::describe).toList();
    }

    private static String describe(Execution execution) {
        Claim claim = execution.claim();
        return "job=" + claim.jobId() + " attempt=" + claim.attempt() + " queue=" + claim.queue() + " name="
                + claim.name() + " elapsed=" + Span.brief(execution.elapsed());
    }

    /** Thread-safe, unlike everything else here. */
    public void handlersChanged() {
        plan.handlers().forget();
    }

    /** Now and then: handlers may have changed unseen, orphans may have ended. */
    public void tidy() {
        plan.handlers().forget();
        slots.sweep();
    }

    /** One turn. How long nothing will be to do, unless the doorbell rings. */
    public Duration turn() {
        judgeEnded();
        Duration wait = retreat.remaining();
        if (!wait.isZero()) {
            return wait;
        }
        try {
            return transact(clock.instant());
        } catch (StoreException failure) {
            return retreat(failure);
        }
    }

    public void close() {
        slots.close();
        peers.close();
    }

    private void judgeEnded() {
        Instant now = clock.instant();
        for (Slots.Ended ended : slots.takeEnded()) {
            Execution execution = ended.execution();
            double jitter = ThreadLocalRandom.current().nextDouble();
            Verdict verdict = Verdict.of(ended.outcome(), execution.claim(), execution.policy(), now, jitter);
            boolean held = ended.outcome() instanceof Outcome.NotStarted || ended.outcome() instanceof Outcome.Starved;
            unwritten.add(new Judged(execution.claim(), verdict, now, held, execution.elapsed()));
            if (ended.outcome() instanceof Outcome.NotStarted notStarted) {
                JobLog.warn(execution.claim(), "not started, put back: " + notStarted.reason());
            }
            if (held) {
                retreat.lengthen();
            }
        }
        withdraw(LONGEST_WAIT_FOR_A_SLOT);
    }

    private void withdraw(Duration waited) {
        for (Claim claim : slots.withdraw(waited)) {
            unwritten.add(new Judged(claim, new Verdict.GiveBack(null), clock.instant(), false, null));
        }
    }

    /** What one transaction did, told once it is through. */
    private record Turn(
            Duration clockStep,
            List<Judged> lost,
            Optional<Cron.Look> cron,
            List<Claim> claimed,
            List<DaemonRow> others,
            int promoted,
            Optional<Instant> nextDue) {}

    private Duration transact(Instant now) {
        Turn turn = write(moves -> move(moves, now));
        unsure = false;
        wallClock.aligned(turn.clockStep());
        tell(turn);
        Instant nextSlot = turn.cron().map(cron::settle).orElse(Instant.MAX);
        turn.claimed().forEach(claim -> slots.run(claim, plan));
        orphans.recover(turn.others(), plan.policies(), now, this::write);
        if (want != Want.WORK) {
            return longest();
        }
        Duration untilPruning = pruner.turn(plan.retention(), now, this::write);
        if (turn.promoted() >= PROMOTED_AT_ONCE) {
            return Duration.ZERO;
        }
        Duration idle = shorter(untilPruning, longest());
        Instant due = turn.nextDue().filter(nextSlot::isAfter).orElse(nextSlot);
        return due.equals(Instant.MAX) ? idle : shorter(Duration.between(clock.instant(), due), idle);
    }

    private Duration longest() {
        return slots.hasWaiting() ? LONGEST_WAIT_FOR_A_SLOT : plan.pollInterval();
    }

    private static Duration shorter(Duration one, Duration other) {
        Duration shorter = one.compareTo(other) < 0 ? one : other;
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }

    private <T> T write(Function<Moves, T> work) {
        if (!turnstile.enter(TURNSTILE_PATIENCE)) {
            throw new StoreException(StoreException.Kind.LOCKED, "another process holds the lock files of the queue");
        }
        try {
            return store.transaction(work);
        } finally {
            turnstile.leave();
        }
    }

    private Turn move(Moves moves, Instant now) {
        Duration clockStep = wallClock.align(moves);
        if (unsure) {
            giveBackUnknown(moves, now);
        }
        List<Judged> lost = unwritten.stream()
                .filter(judged -> !moves.finish(judged.claim(), judged.verdict(), identity.pid(), judged.at()))
                .toList();
        cancellations.carryOut(moves, now);
        boolean working = want == Want.WORK;
        Optional<Cron.Look> schedules = working ? Optional.of(cron.turn(moves, plan.cron(), now)) : Optional.empty();
        int promoted = working ? moves.promote(now, PROMOTED_AT_ONCE) : 0;
        List<Claim> claimed = working ? claim(moves, now) : List.of();
        return new Turn(clockStep, lost, schedules, claimed, others(moves), promoted, nextDue(moves));
    }

    private List<Claim> claim(Moves moves, Instant now) {
        int room = slots.room(plan.concurrency());
        if (room <= 0) {
            return List.of();
        }
        Limits limits = plan.limits();
        List<Lane> lanes = laneFilter.runnable(moves.lanesWithReady(), plan.handlers());
        if (!limits.hasRates()) {
            return moves.claim(identity.daemon(), lanes, limits, room, now);
        }
        // What counts as a start begins at once: it is not claimed ahead.
        int free = Math.max(0, Math.min(room, slots.free(plan.concurrency())));
        List<Claim> claimed = new ArrayList<>(moves.claim(identity.daemon(), lanes, limits, free, now));
        List<Lane> unrated = lanes.stream()
                .filter(lane -> !limits.isRated(lane.queue(), lane.name()))
                .toList();
        claimed.addAll(moves.claim(identity.daemon(), unrated, limits, room - claimed.size(), now));
        return claimed;
    }

    private Optional<Instant> nextDue(Moves moves) {
        return Stream.of(moves.nextDue(), moves.nextRoom(plan.limits()))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    private List<DaemonRow> others(Moves moves) {
        return moves.daemons().stream()
                .filter(daemon -> daemon.id() != identity.daemon())
                .toList();
    }

    private void giveBackUnknown(Moves moves, Instant now) {
        Set<Long> known = slots.tokens();
        unwritten.forEach(judged -> known.add(judged.claim().token()));
        for (Claim claim : moves.claimedBy(identity.daemon())) {
            if (!known.contains(claim.token())) {
                moves.finish(claim, new Verdict.GiveBack(null), identity.pid(), now);
            }
        }
    }

    private void tell(Turn turn) {
        for (Judged judged : unwritten) {
            if (judged.ran() == null) {
                continue;
            }
            if (turn.lost().contains(judged)) {
                JobLog.lost(judged.claim());
            } else {
                JobLog.finished(judged.claim(), judged.verdict(), judged.ran());
            }
        }
        if (retreat.isOn() && unwritten.stream().noneMatch(Judged::held)) {
            retreat.end();
            LOG.info("the queue is served again");
        }
        unwritten.clear();
    }

    /** The database cannot be written: nothing is lost, the verdicts wait here, and we try again later and later. */
    private Duration retreat(StoreException failure) {
        unsure = true;
        String why = String.valueOf(failure.getMessage());
        if (!retreat.isOn() || !why.equals(lastFailure)) {
            // A lock is others at work; the rest is for somebody to mend.
            LOG.atLevel(failure.kind() == StoreException.Kind.LOCKED ? Level.WARN : Level.ERROR)
                    .log("{}; nothing is lost, trying again", why);
            lastFailure = why;
        }
        retreat.lengthen();
        return retreat.remaining();
    }
}
