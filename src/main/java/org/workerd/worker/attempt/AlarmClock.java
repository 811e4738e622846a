package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something short after a while, on the monotonic clock; one thread, made when first needed. Nearly every ring is
 * cancelled long before its time, so the thread is woken only for one that comes before the one it sleeps for: a
 * scheduled executor, which is woken for each, cost every attempt in Java a sixth of its time. Thread-safe.
 */
final class AlarmClock {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmClock.class);

    private final PriorityQueue<Ring> rings = new PriorityQueue<>();
    private @Nullable Thread thread;
    /** When the thread looks next, in nanoseconds of the monotonic clock; null: when it is woken. */
    private @Nullable Long looksAt;

    /** What is to be done at its time, unless it is cancelled before. */
    final class Ring implements Comparable<Ring> {
        private final long at;
        private final Runnable act;

        private Ring(long at, Runnable act) {
            this.at = at;
            this.act = act;
        }

        void cancel() {
            synchronized (AlarmClock.this) {
                rings.remove(this);
            }
        }

        @Override
        public int compareTo(Ring other) {
            return Long.signum(at - other.at);
        }
    }

    /** Unless it is cancelled before. */
    synchronized Ring in(Duration pause, Runnable act) {
        if (thread == null) {
            Thread fresh = new Thread(this::ring, "alarm");
            fresh.setDaemon(true);
            fresh.start();
            thread = fresh;
        }
        Ring ring = new Ring(System.nanoTime() + pause.toNanos(), act);
        rings.add(ring);
        if (looksAt == null || ring.at - looksAt < 0) {
            notifyAll();
        }
        return ring;
    }

    private void ring() {
        try {
            while (true) {
                Ring due = next();
                try {
                    due.act.run();
                } catch (RuntimeException | Error failure) {
                    LOG.error("unexpected failure in the timer thread, continuing", failure);
                }
            }
        } catch (InterruptedException neverSent) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Ring next() throws InterruptedException {
        while (true) {
            Ring first = rings.peek();
            long left = first == null ? 0 : first.at - System.nanoTime();
            if (first != null && left <= 0) {
                rings.remove();
                return first;
            }
            looksAt = first == null ? null : first.at;
            TimeUnit.NANOSECONDS.timedWait(this, first == null ? Long.MAX_VALUE : left);
        }
    }
}
