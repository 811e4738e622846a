package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace();

    @Test
    void nothingGoesAheadUntilAnAttemptHasEnded() {
        assertThat(pace.ahead(4)).isZero();
        pace.ended(Duration.ofMillis(1));
        assertThat(pace.ahead(4)).isEqualTo(200);
        pace.forget();
        assertThat(pace.ahead(4)).isZero();
    }

    @Test
    void asManyGoAheadAsTheSlotsEndInFiftyMilliseconds() {
        pace.ended(Duration.ofMillis(25));
        assertThat(pace.ahead(3)).isEqualTo(6);
        pace.forget();
        pace.ended(Duration.ofSeconds(1));
        assertThat(pace.ahead(3)).isZero();
    }

    @Test
    void howeverShortTheyAreThereIsAMost() {
        pace.ended(Duration.ofNanos(1000));
        assertThat(pace.ahead(4)).isEqualTo(2048);
    }

    /** One long job among thousands of short ones does not empty the slots. */
    @Test
    void theLatestCountsATenth() {
        pace.ended(Duration.ofMillis(10));
        pace.ended(Duration.ofMillis(110));
        assertThat(pace.ahead(8)).isEqualTo(20);
    }
}
