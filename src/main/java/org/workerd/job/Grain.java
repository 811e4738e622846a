package org.workerd.job;

import java.time.Duration;
import java.time.Instant;

/** The steps of time by which the history is kept, each for its own time. */
public enum Grain {
    MINUTE(Duration.ofMinutes(1), Duration.ofHours(25)),
    HOUR(Duration.ofHours(1), Duration.ofDays(31));

    private final Duration length;
    private final Duration kept;

    Grain(Duration length, Duration kept) {
        this.length = length;
        this.kept = kept;
    }

    public Duration length() {
        return length;
    }

    /** When the step began in which this moment is, in milliseconds since the epoch. */
    public long begin(Instant at) {
        return at.toEpochMilli() - Math.floorMod(at.toEpochMilli(), length.toMillis());
    }

    /** A little longer than anybody looks back. */
    public Duration kept() {
        return kept;
    }
}
