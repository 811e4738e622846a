package org.workerd.worker.attempt;

import java.time.Duration;

/** How quickly attempts end, and so how much work may wait for its slot. Not thread-safe. */
final class Pace {
    private static final Duration AHEAD = Duration.ofMillis(50);
    private static final int MOST_AHEAD = 2048;

    /** Of the attempts that ended, the latest counting most; zero as long as none has. */
    private double meanNanos;

    void ended(Duration ran) {
        double nanos = ran.toNanos();
        meanNanos = meanNanos == 0 ? nanos : meanNanos * 0.9 + nanos * 0.1;
    }

    /** Nothing goes ahead until some have ended. */
    void forget() {
        meanNanos = 0;
    }

    /** How many more than the slots can take at once. */
    int ahead(int concurrency) {
        return meanNanos == 0 ? 0 : (int) Math.min(concurrency * (AHEAD.toNanos() / meanNanos), MOST_AHEAD);
    }
}
