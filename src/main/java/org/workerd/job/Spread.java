package org.workerd.job;

import java.util.Arrays;
import java.util.OptionalLong;

/** How long things took, counted by upper bounds, so that counts of different times can be added. Not thread-safe. */
public final class Spread {
    /** In milliseconds; what took longer than the last is counted by itself. */
    private static final long[] BOUNDS = {10, 50, 250, 1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000};
    /** Of the counts: one more than there are bounds. */
    public static final int CLASSES = BOUNDS.length + 1;

    private final long[] counts = new long[CLASSES];
    private long millis;

    /** Upper bounds in milliseconds, rising; the last class has none. */
    public static long[] bounds() {
        return BOUNDS.clone();
    }

    /** One more that took so long. */
    public void add(long took) {
        int index = 0;
        while (index < BOUNDS.length && took > BOUNDS[index]) {
            index++;
        }
        counts[index]++;
        millis += took;
    }

    void add(long sum, long[] others) {
        millis += sum;
        for (int i = 0; i < CLASSES; i++) {
            counts[i] += others[i];
        }
    }

    public void add(Spread other) {
        add(other.millis, other.counts);
    }

    /** How many were added. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /** What they took in all. */
    public long millis() {
        return millis;
    }

    /** By class. */
    public long[] counts() {
        return counts.clone();
    }

    /** The bound that this share of all did not pass. Empty: there are none, or they took longer than the last bound. */
    public OptionalLong bound(double share) {
        double wanted = share * count();
        long seen = 0;
        for (int i = 0; i < BOUNDS.length && wanted > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return OptionalLong.of(BOUNDS[i]);
            }
        }
        return OptionalLong.empty();
    }
}
