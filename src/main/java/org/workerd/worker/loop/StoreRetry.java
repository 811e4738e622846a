package org.workerd.worker.loop;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.workerd.store.StoreException;

/**
 * Waits that double from one to the next while something does not work, on the monotonic clock. Nothing is lost
 * meanwhile: verdicts wait in memory, jobs in the queue.
 */
final class StoreRetry {
    private static final Logger LOG = LoggerFactory.getLogger(StoreRetry.class);
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Duration wait = Duration.ZERO;
    private long until = System.nanoTime();
    /** Told once, and again when it becomes another one. */
    private String lastFailure = "";

    /** The database cannot be written. */
    void from(StoreException failure) {
        String why = String.valueOf(failure.getMessage());
        if (!isOn() || !why.equals(lastFailure)) {
            // A lock is others at work; the rest is for somebody to mend.
            LOG.atLevel(failure.kind() == StoreException.Kind.LOCKED ? Level.WARN : Level.ERROR)
                    .log("{}; nothing is lost, retrying", why);
            lastFailure = why;
        }
        lengthen();
    }

    void lengthen() {
        Duration doubled = wait.isZero() ? FIRST : wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        until = System.nanoTime() + wait.toNanos();
    }

    /** It works. */
    void end() {
        if (isOn()) {
            wait = Duration.ZERO;
            LOG.info("the queue works again");
        }
    }

    /** Zero: no need to wait any longer. */
    Duration remaining() {
        return isOn() ? Duration.ofNanos(Math.max(0, until - System.nanoTime())) : Duration.ZERO;
    }

    /** Something does not work, or did not when it was last tried. */
    boolean isOn() {
        return !wait.isZero();
    }
}
