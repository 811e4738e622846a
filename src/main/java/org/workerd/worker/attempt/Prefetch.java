package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;

/**
 * The claims that wait for a slot: with short jobs one that has ended its attempt finds the next at once, while the loop is
 * still writing. Not thread-safe; the slots have the lock.
 */
final class Prefetch {
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Pace pace = new Pace();
    /** With no more than so many left, every end wakes the loop. */
    private int quietAbove;

    /** @param since on the monotonic clock, in nanoseconds */
    record Waiting(Claim claim, Plan plan, long since) {}

    void add(Claim claim, Plan plan) {
        waiting.add(new Waiting(claim, plan, System.nanoTime()));
    }

    /** The one that has waited longest, which stays; null: none waits. */
    @Nullable
    Waiting peek() {
        return waiting.peek();
    }

    Waiting takeFirst() {
        return waiting.removeFirst();
    }

    Waiting takeLast() {
        return waiting.removeLast();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    Stream<Claim> claims() {
        return waiting.stream().map(Waiting::claim);
    }

    /** How many are worth having beyond those that find a slot free: what will end within a moment. */
    int worthwhile(int concurrency) {
        return pace.ahead(concurrency);
    }

    /** An attempt has, and took so long. */
    void ended(Duration ran) {
        pace.ended(ran);
    }

    /** Takes all back, when the first of them has waited for that long. */
    List<Claim> withdraw(Duration waited) {
        Waiting first = waiting.peek();
        if (first == null || System.nanoTime() - first.since() < waited.toNanos()) {
            return List.of();
        }
        List<Claim> withdrawn = claims().toList();
        waiting.clear();
        // Jobs take longer than we thought.
        pace.forget();
        return withdrawn;
    }

    /** Takes all back but the first ones, so many. */
    List<Claim> withdrawBehind(int kept) {
        List<Waiting> behind = waiting.stream().skip(kept).toList();
        waiting.removeAll(behind);
        return behind.stream().map(Waiting::claim).toList();
    }

    /** Takes this one back. */
    Optional<Claim> withdraw(long token) {
        Optional<Waiting> found =
                waiting.stream().filter(one -> one.claim().token() == token).findFirst();
        found.ifPresent(waiting::remove);
        return found.map(Waiting::claim);
    }

    /** Until half of what waits now has begun, the slots have enough to do, and ends may wait for each other. */
    void deferWakeups() {
        quietAbove = waiting.size() / 2;
    }

    /** @param ended how many ends wait untold */
    boolean isDeferring(int ended) {
        return ended <= quietAbove;
    }

    /** The slots will soon have too little to do. */
    boolean isLow() {
        return waiting.size() <= quietAbove;
    }
}
