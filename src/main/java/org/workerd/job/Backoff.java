package org.workerd.job;

import java.time.Duration;

/** How long a failed job waits for its next attempt. */
public sealed interface Backoff {
    /** The longest wait of the exponential backoff. */
    Duration LONGEST = Duration.ofDays(1);

    /**
     * The wait after a failed attempt.
     *
     * @param attempt the number of the attempt that failed, from 1
     * @param jitter from 0 to 1; 0.5 gives the exact figure, 0 a tenth less, 1 a tenth more
     */
    Duration after(int attempt, double jitter);

    /** attempt⁴ seconds ± 10 %, at most a day. */
    record Exponential() implements Backoff {
        @Override
        public Duration after(int attempt, double jitter) {
            double seconds = Math.min(Math.pow(attempt, 4), (double) LONGEST.toSeconds());
            long millis = Math.round(seconds * 1_000 * (0.9 + 0.2 * jitter));
            return Duration.ofMillis(Math.min(millis, LONGEST.toMillis()));
        }
    }

    /** Always the same wait. */
    record Fixed(Duration pause) implements Backoff {
        public Fixed {
            if (pause.isNegative()) {
                throw new IllegalArgumentException("a backoff must not be negative, was " + pause);
            }
        }

        @Override
        public Duration after(int attempt, double jitter) {
            return pause;
        }
    }
}
