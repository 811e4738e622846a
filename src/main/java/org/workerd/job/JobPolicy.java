package org.workerd.job;

import java.time.Duration;

/**
 * What holds for the attempts of jobs of one name, where the job itself does not say otherwise.
 *
 * @param outputLimit in bytes
 */
public record JobPolicy(
        Duration timeout, int maxAttempts, Backoff backoff, Duration killGrace, long outputLimit, Alarms alarms) {
    public static final JobPolicy DEFAULT =
            new JobPolicy(Duration.ofHours(1), 10, new Backoff.Exponential(), Duration.ofSeconds(10), 1L << 20);

    /** Without alarms. */
    public JobPolicy(Duration timeout, int maxAttempts, Backoff backoff, Duration killGrace, long outputLimit) {
        this(timeout, maxAttempts, backoff, killGrace, outputLimit, Alarms.NONE);
    }

    public JobPolicy {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a timeout must be more than 0, was " + Span.format(timeout));
        }
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("max attempts must be at least 1, was " + maxAttempts);
        }
        if (killGrace.isNegative()) {
            throw new IllegalArgumentException("the kill grace must not be negative, was " + Span.format(killGrace));
        }
        if (outputLimit < 1024) {
            throw new IllegalArgumentException("the output limit must be at least 1KiB, was " + outputLimit);
        }
    }

    /** The same, with these alarms. */
    public JobPolicy withAlarms(Alarms others) {
        return new JobPolicy(timeout, maxAttempts, backoff, killGrace, outputLimit, others);
    }
}
