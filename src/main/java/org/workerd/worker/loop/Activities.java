package org.workerd.worker.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Activity;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;

/**
 * What attempts came to, by queue and name: all since the daemon began, and what of it the queue does not know yet. That is
 * written now and then, in a transaction that is made anyway. Counted by the loop's thread; totals are for any.
 */
public final class Activities {
    /** More queues and names than these share a row, so that nobody's names fill a disk or a monitoring system. */
    private static final int MOST = 200;
    /** So much of a chart a crash may take, never a job. */
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    /** {@link Moves#OTHERS} twice: all the others. */
    public record Lane(String queue, String name) {
        private static final Lane OTHERS = new Lane(Moves.OTHERS, Moves.OTHERS);
    }

    private final Map<Lane, Activity> totals = new HashMap<>();
    private final Map<Lane, Activity> unwritten = new HashMap<>();
    /** Of the transaction that is being made. */
    private final Map<Lane, Activity> fresh = new HashMap<>();

    private boolean isWriting;
    /** On the monotonic clock. */
    private long writtenAt = System.nanoTime();

    private @Nullable Instant backlogMinute;

    /** A transaction begins; what the last one counted and did not commit counts no more. */
    void begin() {
        fresh.clear();
        isWriting = false;
    }

    /** One more attempt, whose verdict the transaction carries out. */
    void count(Claim claim, Verdict verdict, Duration ran) {
        Lane lane = new Lane(claim.queue(), claim.name());
        fresh.computeIfAbsent(lane, any -> new Activity()).ended(claim, verdict, ran.toMillis());
    }

    /** Attempts whose verdicts a transaction of their own has carried out, between those of the loop. */
    void countCommitted(List<Moves.Finish> finishes) {
        begin();
        finishes.forEach(finish -> count(
                finish.claim(),
                finish.verdict(),
                Duration.between(finish.claim().startedAt(), finish.at())));
        committed();
    }

    /**
     * Writes what is due; the transaction's last move.
     *
     * @param hurry all of it is due: there may be no other transaction
     */
    void write(Moves moves, Instant now, boolean hurry) {
        boolean isDue = hurry || System.nanoTime() - writtenAt >= BETWEEN.toNanos();
        isWriting = isDue && !(unwritten.isEmpty() && fresh.isEmpty());
        if (isWriting) {
            moves.keep(rows(), now);
        }
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        if (!hurry && !minute.equals(backlogMinute)) {
            moves.keepBacklog(now);
            backlogMinute = minute;
        }
    }

    private List<Moves.Past> rows() {
        Map<Lane, Activity> all = new HashMap<>();
        add(unwritten, all);
        add(fresh, all);
        List<Moves.Past> rows = new ArrayList<>();
        all.forEach((lane, activity) -> rows.add(new Moves.Past(lane.queue(), lane.name(), activity)));
        return rows;
    }

    /** The transaction is through. */
    synchronized void committed() {
        add(fresh, totals);
        if (isWriting) {
            unwritten.clear();
            writtenAt = System.nanoTime();
        } else {
            add(fresh, unwritten);
        }
        begin();
    }

    private static void add(Map<Lane, Activity> from, Map<Lane, Activity> to) {
        from.forEach((lane, activity) -> {
            int lanes = to.size() - (to.containsKey(Lane.OTHERS) ? 1 : 0);
            boolean ofItsOwn = to.containsKey(lane) || lane.equals(Lane.OTHERS) || lanes < MOST;
            to.computeIfAbsent(ofItsOwn ? lane : Lane.OTHERS, any -> new Activity())
                    .add(activity);
        });
    }

    /** Since the daemon began. */
    public synchronized Map<Lane, Activity> totals() {
        Map<Lane, Activity> copy = new HashMap<>();
        add(totals, copy);
        return copy;
    }
}
