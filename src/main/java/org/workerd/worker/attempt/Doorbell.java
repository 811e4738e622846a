package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Wakes the one thread that waits here; what comes before the wait is not lost, and many rings are one. Thread-safe. */
public final class Doorbell {
    private boolean rung;
    private boolean knocked;

    /** There is something to do. */
    public synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** There may be something to do, or it is only our own doing that comes back. */
    public synchronized void knock() {
        knocked = true;
        notifyAll();
    }

    /**
     * Until it rings or somebody knocks, or the time is up on the monotonic clock.
     *
     * @param deaf to knocks
     */
    public synchronized void await(Duration longest, boolean deaf) throws InterruptedException {
        long since = System.nanoTime();
        for (long left = longest.toNanos(); left > 0 && !rung && (deaf || !knocked); ) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = longest.toNanos() - (System.nanoTime() - since);
        }
        rung = false;
        knocked = false;
    }
}
