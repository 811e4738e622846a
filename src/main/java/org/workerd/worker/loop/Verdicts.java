package org.workerd.worker.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Outcome;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.End;
import org.workerd.worker.attempt.Execution;
import org.workerd.worker.attempt.JobLog;
import org.workerd.worker.attempt.Slots;

/** The verdicts on what ended, kept until the database has taken them. For the loop's thread. */
final class Verdicts {
    /** Claims that found no slot by then are given back: others may have one, or something more urgent has come. */
    static final Duration LONGEST_WAIT_FOR_A_SLOT = Duration.ofMillis(250);

    private final Slots slots;
    private final Identity identity;
    private final HeldNames held;
    private final AlarmRaising alarms;
    private final Printing printing;
    private final List<Unwritten> unwritten = new ArrayList<>();
    /** How many jobs are dead of what this daemon ran. */
    private long died;

    Verdicts(Slots slots, Identity identity, HeldNames held, AlarmRaising alarms, Printing printing) {
        this.slots = slots;
        this.identity = identity;
        this.held = held;
        this.alarms = alarms;
        this.printing = printing;
    }

    /** So many jobs were dead before, of what this daemon ran. */
    void resume(long deaths) {
        died = deaths;
    }

    long died() {
        return died;
    }

    /** Judges what ended since the last time, and what waits for its slot too long. True: the machine is short. */
    boolean judge(Instant now) {
        boolean isShort = false;
        for (End end : slots.takeEnded()) {
            Claim claim = end.execution().claim();
            JobPolicy policy = end.execution().policy();
            double jitter = ThreadLocalRandom.current().nextDouble();
            Verdict verdict = Verdict.of(end.outcome(), claim, policy, now, jitter);
            AlarmRaising.Alarm alarm = alarms.of(claim, verdict, policy).orElse(null);
            Unwritten one = new Unwritten(new Moves.Finish(claim, verdict, now), end, alarm);
            unwritten.add(one);
            isShort |= one.lackedResources();
            held.ended(claim.name(), end.outcome());
            if (end.outcome() instanceof Outcome.NotStarted notStarted) {
                JobLog.warn(claim, "not started, put back: " + notStarted.reason());
            }
        }
        withdraw(LONGEST_WAIT_FOR_A_SLOT, now);
        return isShort;
    }

    /** Gives back what waits for its slot, when the first of it has waited for that long. */
    void withdraw(Duration waited, Instant now) {
        giveBack(slots.withdraw(waited), now);
    }

    /** Gives back what was claimed ahead, for slots that are not free. */
    void withdrawAhead(Instant now) {
        giveBack(slots.withdrawAhead(), now);
    }

    private void giveBack(List<Claim> claims, Instant now) {
        for (Claim claim : claims) {
            unwritten.add(new Unwritten(new Moves.Finish(claim, new Verdict.GiveBack(null), now), null, null));
        }
    }

    boolean isEmpty() {
        return unwritten.isEmpty();
    }

    int count() {
        return unwritten.size();
    }

    /** The machine was short of something for one of them. */
    boolean isAnyHeld() {
        return unwritten.stream().anyMatch(Unwritten::lackedResources);
    }

    /** What ended and is not written yet. */
    Stream<Execution> executions() {
        return unwritten.stream().flatMap(one -> Stream.ofNullable(one.end())).map(End::execution);
    }

    /** Writes them all, with the alarms that they raise. The claims that were lost. */
    List<Claim> write(Moves moves) {
        for (Unwritten one : unwritten) {
            one.progress().ifPresent(progress -> moves.progress(one.claim(), progress));
        }
        List<Claim> lost =
                moves.finish(unwritten.stream().map(Unwritten::finish).toList(), identity.runner());
        printing.keep(moves, executions(lost));
        unwritten.stream()
                .filter(one -> !lost.contains(one.claim()))
                .flatMap(one -> Stream.ofNullable(one.alarm()))
                .forEach(alarm -> alarms.store(alarm, moves));
        return lost;
    }

    /** Counts those that were carried out. */
    void count(List<Claim> lost, Activities activities) {
        for (Unwritten one : unwritten) {
            if (one.end() != null && !lost.contains(one.claim())) {
                activities.count(one.claim(), one.verdict(), one.end().ran());
            }
        }
    }

    private List<Execution> executions(List<Claim> lost) {
        return executions().filter(one -> !lost.contains(one.claim())).toList();
    }

    /** What the database says is ours, and we do not know, we cannot run: a claim whose commit seemed to fail. */
    void giveBackUnknown(Moves moves, Instant now) {
        Set<Long> known = slots.tokens();
        known.addAll(unwritten.stream().map(one -> one.claim().token()).collect(Collectors.toSet()));
        for (Claim claim : moves.claimedBy(identity.daemon())) {
            if (!known.contains(claim.token())) {
                moves.finish(claim, new Verdict.GiveBack(null), identity.runner(), now);
            }
        }
    }

    /** They are in the database. */
    void written(List<Claim> lost) {
        List<End> ends = new ArrayList<>();
        long before = died;
        for (Unwritten one : unwritten) {
            if (one.end() != null) {
                ends.add(one.end());
                tell(one, one.end().ran(), lost.contains(one.claim()));
            }
        }
        if (died > before) {
            identity.ledger().died(died);
        }
        slots.written(ends);
        unwritten.clear();
    }

    private void tell(Unwritten one, Duration ran, boolean lost) {
        if (lost) {
            JobLog.lost(one.claim());
        } else if (!(one.end() != null && one.end().outcome() instanceof Outcome.HandlerUnusable)) {
            // Of those the log says once that they wait: a line for each try would come once a second.
            died += one.verdict().next() == JobState.DEAD ? 1 : 0;
            JobLog.finished(one.claim(), one.verdict(), ran);
        }
    }
}
