package org.workerd.job;

import java.time.Duration;
import java.time.Instant;

/** For how long jobs are kept that have ended, by how they ended. */
public record Retention(Duration done, Duration cancelled, Duration dead) {
    public static final Retention DEFAULT = new Retention(Duration.ofDays(7), Duration.ofDays(7), Duration.ofDays(90));

    public Retention {
        for (Duration kept : new Duration[] {done, cancelled, dead}) {
            if (kept.isNegative()) {
                throw new IllegalArgumentException("a retention must not be negative, was " + Span.format(kept));
            }
        }
    }

    /** What ended so before this time is kept no longer. */
    public Instant before(JobState state, Instant now) {
        return switch (state) {
            case DONE -> now.minus(done);
            case CANCELLED -> now.minus(cancelled);
            case DEAD -> now.minus(dead);
            case BLOCKED, SCHEDULED, READY, RUNNING, RETRYING ->
                throw new IllegalArgumentException("a job that is " + state.word() + " has not ended");
        };
    }

    public Duration shortest() {
        return Span.shorter(Span.shorter(done, cancelled), dead);
    }
}
