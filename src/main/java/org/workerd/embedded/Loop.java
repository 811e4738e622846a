package org.workerd.embedded;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.loop.Stop;
import org.workerd.worker.loop.Worker;

/** The worker's thread: one turn after the other, until it was told to stop and nothing runs any more. */
final class Loop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(5);
    /** Nobody wakes us when a handler that was interrupted has had its grace. */
    private static final Duration STOPPING_LOOK = Duration.ofMillis(100);

    private final Worker worker;
    private final Wakeup wakeup;
    private final Runnable check;
    private final Parts parts;
    /** On other threads; this one tells the worker. */
    private volatile Stop asked = Stop.NONE;

    private long checkedAt = System.nanoTime();

    Loop(Worker worker, Wakeup wakeup, Runnable check, Parts parts) {
        this.worker = worker;
        this.wakeup = wakeup;
        this.check = check;
        this.parts = parts;
    }

    synchronized void stop(Stop next) {
        if (asked.mayBecome(next)) {
            asked = next;
        }
        wakeup.wake();
    }

    boolean isOpen() {
        return !asked.isFinal();
    }

    int busy() {
        return worker.busy();
    }

    /** Before anybody is told that it runs: what fails here fails the start. */
    void firstTurn() {
        worker.turn();
    }

    @Override
    public void run() {
        try {
            while (!worker.isDone()) {
                Duration idle = turn();
                if (!worker.isDone()) {
                    wakeup.await(
                            Span.shorter(idle, asked == Stop.NOW ? STOPPING_LOOK : BETWEEN_CHECKS),
                            worker.isGathering());
                }
            }
            parts.stop();
        } catch (InterruptedException | RuntimeException | Error failure) {
            // With its lock, for handlers may still run: others run their jobs only once this process has ended.
            LOG.error("the worker has failed: restart this program", failure);
        }
    }

    private Duration turn() {
        try {
            worker.stop(asked);
            if (System.nanoTime() - checkedAt >= BETWEEN_CHECKS.toNanos()) {
                checkedAt = System.nanoTime();
                check.run();
            }
            return worker.turn();
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error("unexpected failure in the worker's loop, continuing", failure);
            return Duration.ofSeconds(1);
        }
    }
}
