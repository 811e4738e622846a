package org.workerd.worker;

import java.time.Duration;

/** Waits that double from one to the next while something does not work, on the monotonic clock. */
final class Retreat {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Duration wait = Duration.ZERO;
    private long until = System.nanoTime();

    boolean isOn() {
        return !wait.isZero();
    }

    void lengthen() {
        Duration doubled = wait.isZero() ? FIRST : wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        until = System.nanoTime() + wait.toNanos();
    }

    void end() {
        wait = Duration.ZERO;
    }

    /** Zero: no need to wait any longer. */
    Duration remaining() {
        return isOn() ? Duration.ofNanos(Math.max(0, until - System.nanoTime())) : Duration.ZERO;
    }
}
