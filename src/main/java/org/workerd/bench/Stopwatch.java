package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Takes times by the monotonic clock, and lets time pass. Stateless. */
final class Stopwatch {
    private static final Duration LOOK = Duration.ofMillis(10);

    private Stopwatch() {}

    /** What takes time. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    static double seconds(Work work) throws IOException, InterruptedException {
        long since = System.nanoTime();
        work.run();
        return (System.nanoTime() - since) / 1e9;
    }

    static double millis(Work work) throws IOException, InterruptedException {
        return seconds(work) * 1000;
    }

    static void pause(Duration span) {
        long until = System.nanoTime() + span.toNanos();
        for (long left = span.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Looks until it holds. */
    static void await(String what, Duration patience, BooleanSupplier holds) throws IOException {
        await(what, patience, LOOK, holds);
    }

    /** Looks so often until it holds. */
    static void await(String what, Duration patience, Duration look, BooleanSupplier holds) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) {
                throw new IOException("waited " + patience.toSeconds() + " s in vain: " + what, new TimeoutException());
            }
            LockSupport.parkNanos(look.toNanos());
        }
    }
}
