package org.workerd.worker.attempt;

import java.time.Duration;
import org.workerd.unix.Uptime;

/**
 * The clock by which the kernel says when a process was started, in ticks since boot, without asking the kernel each
 * time. It may be behind, by as long as the machine has slept, and is never ahead. Immutable.
 */
final class TickClock {
    private static final long NANOS = Duration.ofSeconds(1).toNanos() / Uptime.TICKS;

    private final long ticks = Uptime.ticks();
    private final long since = System.nanoTime();

    /** No process that is started from now on has started before this. */
    long ticks() {
        return ticks + (System.nanoTime() - since) / NANOS;
    }
}
