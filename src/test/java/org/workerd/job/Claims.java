package org.workerd.job;

import java.time.Instant;
import java.util.List;

/** Claims for tests of what follows from them. */
final class Claims {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    private Claims() {}

    /** The attempt of this number of a job that leaves everything to the configuration. */
    static Claim attempt(int number) {
        return attempt(number, 0, null);
    }

    static Claim attempt(int number, int forgiven, Integer maxAttempts) {
        return new Claim(
                7,
                70,
                1,
                number,
                forgiven,
                NOW,
                "resize",
                "default",
                0,
                List.of(),
                null,
                maxAttempts,
                null,
                false,
                null);
    }
}
