package org.workerd.worker.attempt;

/** For how long something was stopped, in nanoseconds of the monotonic clock. Thread-safe. */
final class StoodStill {
    /** No time that the clock shows. */
    private static final long MOVES = Long.MIN_VALUE;

    private long stoppedAt = MOVES;
    private long before;

    synchronized void stop() {
        stoppedAt = stoppedAt == MOVES ? System.nanoTime() : stoppedAt;
    }

    synchronized void goOn() {
        before = untilNow();
        stoppedAt = MOVES;
    }

    synchronized long untilNow() {
        return before + (stoppedAt == MOVES ? 0 : System.nanoTime() - stoppedAt);
    }
}
