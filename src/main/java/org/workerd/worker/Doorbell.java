package org.workerd.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the one thread that waits here; a ring before the wait is not lost, and many rings are one. Thread-safe. */
public final class Doorbell {
    private final Semaphore rings = new Semaphore(0);

    public void ring() {
        rings.release();
    }

    /** Until it rings, or the time is up on the monotonic clock. */
    public void await(Duration longest) throws InterruptedException {
        if (rings.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
            rings.drainPermits();
        }
    }
}
