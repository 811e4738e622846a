package org.workerd.worker.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.Span;
import org.workerd.store.DaemonStore;
import org.workerd.store.Fence;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.Cleaner;
import org.workerd.worker.attempt.Execution;
import org.workerd.worker.attempt.OutputFiles;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Slots;
import org.workerd.worker.attempt.SlotsFence;
import org.workerd.worker.attempt.Wakeup;

/**
 * The loop: one thread that owns the one connection which writes. Each turn is one transaction, in turn with other writers:
 * the verdicts that came in, what is due, claims for the free slots.
 */
public final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** While the slots have enough to do, what ends waits so long for the next transaction, and shares it. */
    private static final Duration GATHERING = Duration.ofMillis(25);

    /** What it is given from outside. The loop is woken when an attempt has ended or another daemon died. */
    public record Surroundings(
            DaemonDirectory directory,
            Wakeup wakeup,
            InstantSource clock,
            AlarmText alarmText,
            OutputNews.Source outputNews) {}

    private final Identity identity;
    private final InstantSource clock;
    private final DaemonStore store;
    private final Slots slots;
    private final HeldNames held = new HeldNames();
    private final Verdicts verdicts;
    private final Claiming claiming;
    private final Cleaner cleaner = new Cleaner();
    private final Peers peers;
    private final Orphans orphans;
    private final Remains remains;
    private final Pruner pruner;
    private final Turn turn;
    private final StoreRetry retry = new StoreRetry();
    private final Inbox inbox;
    private final Pulse pulse;
    private final Activities activities = new Activities();
    private volatile Plan plan;
    private Stop stop = Stop.NONE;
    private long lastToken;

    public Worker(DaemonStore store, Identity identity, Plan plan, Surroundings surroundings) {
        this.identity = identity;
        this.plan = plan;
        this.clock = surroundings.clock();
        this.store = store;
        this.slots = new Slots(identity.premises(), identity.ledger(), surroundings.wakeup(), surroundings.clock());
        AlarmRaising alarms = new AlarmRaising(surroundings.directory().output(), surroundings.alarmText());
        Printing printing = new Printing(store, identity.daemon(), surroundings.outputNews());
        this.verdicts = new Verdicts(slots, identity, held, alarms, printing);
        this.claiming = new Claiming(identity.daemon(), slots, held);
        this.peers = new Peers(surroundings.directory(), store.liveness(), surroundings.wakeup(), cleaner);
        this.orphans =
                new Orphans(peers, new Survivors(surroundings.directory(), surroundings.wakeup()), alarms, activities);
        this.remains = new Remains(surroundings.directory(), identity.daemon(), cleaner);
        this.pruner = new Pruner(new OutputFiles(surroundings.directory()));
        this.turn = new Turn(identity, slots, verdicts, claiming, printing, activities, surroundings.clock());
        this.inbox = new Inbox(surroundings.wakeup());
        this.pulse = new Pulse(surroundings.wakeup());
    }

    /** From the next turn on. */
    public void change(Plan next) {
        plan = next;
    }

    /** From now on it stops like this, or goes on; nothing, if that cannot follow on what it was told before. */
    public void stop(Stop next) {
        Stop before = stop;
        if (!before.mayBecome(next)) {
            return;
        }
        stop = next;
        switch (next) {
            case NONE -> inbox.unpause();
            case HAND_OVER -> {
                inbox.pause();
                verdicts.withdraw(Duration.ZERO, clock.instant());
            }
            case DRAIN -> drain();
            case NOW -> {
                if (!before.isFinal()) {
                    drain();
                }
                verdicts.withdraw(Duration.ZERO, clock.instant());
                slots.interruptAll();
            }
        }
    }

    private void drain() {
        inbox.close();
        pulse.drains();
        noteDraining();
        verdicts.withdrawAhead(clock.instant());
    }

    /** What it was told last. */
    public Stop stopping() {
        return stop;
    }

    /** For who lets another version of the daemon go on with what runs. */
    public Standstill standstill() {
        return new Standstill(slots, verdicts, retry);
    }

    /**
     * Goes on with what runs here already; to be called before the first turn.
     *
     * @param died how many jobs had, of what this daemon ran before
     * @param token the last that it gave to a claim
     */
    public void resume(List<Carried> programs, long died, long token) {
        lastToken = token;
        verdicts.resume(died);
        identity.ledger().died(died);
        List<Claim> claims = store.transaction(moves -> {
            moves.tokensBeyond(token);
            return moves.claimedBy(identity.daemon());
        });
        Map<Carried, Claim> matched = Resumption.match(programs, claims, identity.premises());
        turn.resume(matched.values());
        slots.resume(matched, plan);
    }

    /** The last that a claim got; 0: none did. */
    public long lastToken() {
        return lastToken;
    }

    /** How many jobs have died, of what this daemon ran. */
    public long died() {
        return verdicts.died();
    }

    private void noteDraining() {
        try {
            identity.ledger().draining();
        } catch (UnixException failure) {
            // Only who asks how it goes is told less.
            LOG.warn("cannot note in the ledger that it drains: {}", failure.getMessage());
        }
    }

    /** Nothing runs, and nothing is left to be written. */
    public boolean isDone() {
        return stop.isFinal() && slots.isEmpty() && verdicts.isEmpty();
    }

    /** Nothing runs, or all that does was told to end, has had its grace, and goes on; only the end of the process ends it. */
    public boolean isStuck() {
        return stop == Stop.NOW && slots.isOnlyStuck();
    }

    /** There is work at hand: what others wrote waits for the next turn, which is near, and so does our own echo. */
    public boolean isGathering() {
        return slots.hasWaiting();
    }

    /** There are ends of attempts that the database does not know yet. */
    public boolean hasUnwritten() {
        return slots.hasEnded() || !verdicts.isEmpty();
    }

    /** The process ends now: notes for whoever comes next what ended the attempts that it takes along. */
    public void abandon() {
        slots.executions().forEach(Execution::abandon);
    }

    /**
     * What becomes of what runs when the queue cannot be reached.
     *
     * @param end it ends and is given back; else it stands still
     */
    public Fence fence(boolean end) {
        return new SlotsFence(slots, end);
    }

    /** How many attempts run. */
    public int busy() {
        return slots.busy();
    }

    /** How many attempts ended whose verdicts the database has not taken yet. */
    public int unwritten() {
        return verdicts.count();
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

    /** For changes that other threads ask for. */
    public Inbox inbox() {
        return inbox;
    }

    /** For who asks from another thread how it goes. */
    public Pulse pulse() {
        return pulse;
    }

    /** What attempts came to. */
    public Activities activities() {
        return activities;
    }

    /** Thread-safe, unlike everything else here but for what these three are. */
    public void handlersChanged() {
        plan.handlers().forget();
    }

    /** Now and then: handlers may have changed unseen, orphans may have ended. */
    public void tidy() {
        plan.handlers().forget();
        slots.sweep();
    }

    /** One turn. How long nothing will be to do, unless the loop is woken. */
    public Duration turn() {
        if (verdicts.judge(clock.instant())) {
            retry.lengthen();
        }
        Duration wait = retry.remaining();
        if (!wait.isZero()) {
            return wait;
        }
        try {
            inbox.carryOut(store);
            long begun = System.nanoTime();
            Duration idle = transact(clock.instant());
            pulse.turned(Duration.ofNanos(System.nanoTime() - begun));
            return idle;
        } catch (StoreException failure) {
            pulse.failed(failure);
            turn.failed();
            retry.from(failure);
            return retry.remaining();
        }
    }

    public void close() {
        slots.close();
        peers.close();
        cleaner.close();
    }

    private Duration transact(Instant now) {
        Turn.Done done = turn.carryOut(store, plan, stop == Stop.NONE, now);
        if (!done.isAnyHeld()) {
            retry.end();
        }
        lastToken = done.claimed().stream().mapToLong(Claim::token).reduce(lastToken, Math::max);
        slots.run(done.claimed(), plan);
        boolean hasMore = orphans.recover(done.others(), plan.policies(), now, store);
        remains.remove(done.others().stream().map(DaemonRow::id).toList());
        if (stop != Stop.NONE) {
            return longest();
        }
        Duration untilPruning = plan.guest() ? plan.pollInterval() : pruner.turn(plan.retention(), now, store);
        boolean moved = done.hadVerdicts() || !done.claimed().isEmpty();
        // What was written has made room in memory for what could not be claimed in the same transaction.
        if (hasMore || done.promoted() >= Turn.PROMOTED_AT_ONCE || (moved && claiming.isCut())) {
            return Duration.ZERO;
        }
        Duration untilHeld = held.untilNext().orElse(untilPruning);
        Duration idle = shorter(shorter(untilPruning, untilHeld), longest());
        Instant due = done.nextDue();
        return store.idle(due.equals(Instant.MAX) ? idle : shorter(Duration.between(clock.instant(), due), idle));
    }

    /** However little else is to be done. */
    private Duration longest() {
        return slots.deferWakeups() ? GATHERING : turn.untilNews(plan);
    }

    private static Duration shorter(Duration one, Duration other) {
        Duration shorter = Span.shorter(one, other);
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }
}
