package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;

/**
 * How much is measured.
 *
 * @param repeats of each figure, unless a step's time is up before
 * @param stepTime no further repeat begins after it
 * @param room what the disk must have left, in bytes
 * @param singles jobs that are enqueued one by one
 * @param rows of a batch
 * @param javaJobs in one repeat
 * @param waiting jobs, and as many more that are not due
 * @param programs in one repeat
 * @param pickUps in one repeat
 * @param begun when the first step did, by {@link System#nanoTime}: after two minutes each figure is measured once
 */
record Plan(
        int repeats,
        Duration stepTime,
        long room,
        int singles,
        int rows,
        int javaJobs,
        int waiting,
        int programs,
        int pickUps,
        Duration idle,
        long begun) {
    private static final Duration ENOUGH = Duration.ofMinutes(2);
    private static final long MIB = 1L << 20;

    /** So that figures can be trusted: below three minutes. */
    static final Plan FULL = new Plan(
            5, Duration.ofSeconds(12), 1024 * MIB, 500, 200_000, 30_000, 100_000, 1000, 40, Duration.ofSeconds(10), 0);

    /** So that the bench itself can: below half a minute, and its figures mean little. */
    static final Plan QUICK =
            new Plan(1, Duration.ofSeconds(3), 256 * MIB, 50, 2000, 2000, 2000, 50, 10, Duration.ofSeconds(1), 0);

    /** One repeat. */
    interface Round {
        void run() throws IOException, InterruptedException;
    }

    Plan beginning(long nanos) {
        return new Plan(repeats, stepTime, room, singles, rows, javaJobs, waiting, programs, pickUps, idle, nanos);
    }

    /** At least once. */
    void repeat(Round round) throws IOException, InterruptedException {
        long since = System.nanoTime();
        for (int i = 0; i < repeats && (i == 0 || hasTime(since)); i++) {
            round.run();
        }
    }

    private boolean hasTime(long since) {
        long now = System.nanoTime();
        return now - since < stepTime.toNanos() && now - begun < ENOUGH.toNanos();
    }
}
