package org.workerd.worker.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.workerd.job.Spread;
import org.workerd.store.StoreException;
import org.workerd.worker.attempt.Wakeup;

/** Whether the loop turns, for who asks from another thread. Thread-safe. */
public final class Pulse {
    private final Wakeup wakeup;
    private List<CompletableFuture<Void>> awaited = new ArrayList<>();
    /** On the monotonic clock, in nanoseconds. */
    private long last = System.nanoTime();

    private boolean draining;
    private String trouble = "";
    private final Spread transactions = new Spread();
    private final Map<String, Long> failures = new TreeMap<>();

    Pulse(Wakeup wakeup) {
        this.wakeup = wakeup;
        for (StoreException.Kind kind : StoreException.Kind.values()) {
            failures.put(word(kind), 0L);
        }
    }

    /** How long ago it turned last. */
    public synchronized Duration age() {
        return Duration.ofNanos(System.nanoTime() - last);
    }

    /** Completed when it has turned again, by its own thread. It is woken for that. */
    public synchronized CompletableFuture<Void> next() {
        CompletableFuture<Void> next = new CompletableFuture<>();
        awaited.add(next);
        wakeup.wake();
        return next;
    }

    /** It takes no more jobs. */
    public synchronized boolean isDraining() {
        return draining;
    }

    /** What is wrong with the queue; empty: its last transaction went through. */
    public synchronized String trouble() {
        return trouble;
    }

    /** How long the loop's transactions took. */
    public synchronized Spread transactions() {
        Spread copy = new Spread();
        copy.add(transactions);
        return copy;
    }

    /** How many of them failed, by the kind of failure. */
    public synchronized Map<String, Long> failures() {
        return new TreeMap<>(failures);
    }

    void drains() {
        synchronized (this) {
            draining = true;
        }
    }

    /** A turn went well, in so much time. */
    void turned(Duration took) {
        synchronized (this) {
            transactions.add(took.toMillis());
        }
        turned("");
    }

    /** It did not. */
    void failed(StoreException failure) {
        synchronized (this) {
            failures.merge(word(failure.kind()), 1L, Long::sum);
        }
        turned(String.valueOf(failure.getMessage()));
    }

    private static String word(StoreException.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** @param why empty: it went well */
    private void turned(String why) {
        List<CompletableFuture<Void>> told;
        synchronized (this) {
            last = System.nanoTime();
            trouble = why;
            told = awaited;
            awaited = new ArrayList<>();
        }
        told.forEach(one -> one.complete(null));
    }
}
