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
import org.workerd.job.JobState;
import org.workerd.job.Outcome;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
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
    private final List<Judged> unwritten = new ArrayList<>();
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
        for (Slots.Ended ended : slots.takeEnded()) {
            Execution execution = ended.execution();
            double jitter = ThreadLocalRandom.current().nextDouble();
            Verdict verdict = Verdict.of(ended.outcome(), execution.claim(), execution.policy(), now, jitter);
            AlarmRaising.Alarm alarm =
                    alarms.of(execution.claim(), verdict, execution.policy()).orElse(null);
            Judged judged = new Judged(execution.claim(), verdict, now, ended, alarm);
            unwritten.add(judged);
            isShort |= judged.lackedResources();
            held.ended(execution.claim().name(), ended.outcome());
            if (ended.outcome() instanceof Outcome.NotStarted notStarted) {
                JobLog.warn(execution.claim(), "not started, put back: " + notStarted.reason());
            }
        }
        withdraw(LONGEST_WAIT_FOR_A_SLOT, now);
        return isShort;
    }

    /** Gives back what waits for its slot, when the first of it has waited for that long. */
    void withdraw(Duration waited, Instant now) {
        for (Claim claim : slots.withdraw(waited)) {
            unwritten.add(new Judged(claim, new Verdict.GiveBack(null), now, null, null));
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
        return unwritten.stream().anyMatch(Judged::lackedResources);
    }

    /** What ended and is not written yet. */
    Stream<Execution> executions() {
        return unwritten.stream()
                .flatMap(judged -> Stream.ofNullable(judged.ended()))
                .map(Slots.Ended::execution);
    }

    /** Writes them all, with the alarms that they raise. The claims that were lost. */
    List<Claim> write(Moves moves) {
        for (Judged judged : unwritten) {
            judged.progress().ifPresent(progress -> moves.progress(judged.claim(), progress));
        }
        List<Moves.Finish> verdicts = unwritten.stream()
                .map(judged -> new Moves.Finish(judged.claim(), judged.verdict(), judged.at()))
                .toList();
        List<Claim> lost = moves.finish(verdicts, identity.runner());
        printing.keep(moves, executions(lost));
        unwritten.stream()
                .filter(judged -> !lost.contains(judged.claim()))
                .flatMap(judged -> Stream.ofNullable(judged.alarm()))
                .forEach(alarm -> alarms.store(alarm, moves));
        return lost;
    }

    /** Counts those that were carried out. */
    void count(List<Claim> lost, Activities activities) {
        for (Judged judged : unwritten) {
            if (judged.ended() != null && !lost.contains(judged.claim())) {
                activities.count(
                        judged.claim(), judged.verdict(), judged.ended().ran());
            }
        }
    }

    private List<Execution> executions(List<Claim> lost) {
        return executions().filter(one -> !lost.contains(one.claim())).toList();
    }

    /** What the database says is ours, and we do not know, we cannot run: a claim whose commit seemed to fail. */
    void giveBackUnknown(Moves moves, Instant now) {
        Set<Long> known = slots.tokens();
        known.addAll(unwritten.stream().map(judged -> judged.claim().token()).collect(Collectors.toSet()));
        for (Claim claim : moves.claimedBy(identity.daemon())) {
            if (!known.contains(claim.token())) {
                moves.finish(claim, new Verdict.GiveBack(null), identity.runner(), now);
            }
        }
    }

    /** They are in the database. */
    void written(List<Claim> lost) {
        List<Slots.Ended> ends = new ArrayList<>();
        long before = died;
        for (Judged judged : unwritten) {
            if (judged.ended() != null) {
                ends.add(judged.ended());
                tell(judged, judged.ended().ran(), lost.contains(judged.claim()));
            }
        }
        if (died > before) {
            identity.ledger().died(died);
        }
        slots.written(ends);
        unwritten.clear();
    }

    private void tell(Judged judged, Duration ran, boolean lost) {
        if (lost) {
            JobLog.lost(judged.claim());
        } else {
            died += judged.verdict().next() == JobState.DEAD ? 1 : 0;
            JobLog.finished(judged.claim(), judged.verdict(), ran);
        }
    }
}
