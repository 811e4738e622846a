package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Wakes the one thread that waits here; what comes before the wait is not lost, and many calls are one. Thread-safe. */
public final class Wakeup {
    private boolean woken;
    private boolean hinted;

    /** There is something to do. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** There may be something to do, or it is only our own doing that comes back. */
    public synchronized void hint() {
        hinted = true;
        notifyAll();
    }

    /**
     * Until somebody wakes it or gives a hint, or the time is up on the monotonic clock.
     *
     * @param ignoreHints so that only {@link #wake} ends the wait
     */
    public synchronized void await(Duration longest, boolean ignoreHints) throws InterruptedException {
        long since = System.nanoTime();
        for (long left = longest.toNanos(); left > 0 && !woken && (ignoreHints || !hinted); ) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = longest.toNanos() - (System.nanoTime() - since);
        }
        woken = false;
        hinted = false;
    }
}
