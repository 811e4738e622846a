package org.workerd.worker.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.workerd.worker.attempt.Doorbell;

/** Whether the loop turns, for who asks from another thread. Thread-safe. */
public final class Pulse {
    private final Doorbell doorbell;
    private List<CompletableFuture<Void>> awaited = new ArrayList<>();
    /** On the monotonic clock, in nanoseconds. */
    private long last = System.nanoTime();

    private boolean draining;
    private String trouble = "";

    Pulse(Doorbell doorbell) {
        this.doorbell = doorbell;
    }

    /** How long ago it turned last. */
    public synchronized Duration age() {
        return Duration.ofNanos(System.nanoTime() - last);
    }

    /** Completed when it has turned again, by its own thread. It is woken for that. */
    public synchronized CompletableFuture<Void> next() {
        CompletableFuture<Void> next = new CompletableFuture<>();
        awaited.add(next);
        doorbell.ring();
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

    void drains() {
        synchronized (this) {
            draining = true;
        }
    }

    /** Empty: it went well. */
    void turned(String why) {
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
