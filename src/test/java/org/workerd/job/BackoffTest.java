package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private static final Backoff EXPONENTIAL = new Backoff.Exponential();

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 16", "3, 81", "10, 10000", "17, 83521", "18, 86400", "1000, 86400", "2147483647, 86400"})
    void theExponentialWaitIsTheFourthPowerAndAtMostADay(int attempt, long seconds) {
        assertThat(EXPONENTIAL.after(attempt, 0.5)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void theJitterIsATenthEitherWay() {
        assertThat(EXPONENTIAL.after(10, 0)).isEqualTo(Duration.ofSeconds(9_000));
        assertThat(EXPONENTIAL.after(10, 1)).isEqualTo(Duration.ofSeconds(11_000));
    }

    @Test
    void whateverTheJitterTheWaitStaysWithinItsBounds() {
        Random random = new Random(41);
        for (int i = 0; i < 10_000; i++) {
            int attempt = 1 + random.nextInt(1_000);
            double exact = Math.min(Math.pow(attempt, 4), 86_400) * 1_000;
            assertThat((double) EXPONENTIAL.after(attempt, random.nextDouble()).toMillis())
                    .as("attempt %d", attempt)
                    .isBetween(exact * 0.9 - 1, Math.min(exact * 1.1 + 1, 86_400_000));
        }
    }

    @Test
    void aFixedWaitNeverChanges() {
        Backoff fixed = new Backoff.Fixed(Duration.ofSeconds(30));
        assertThat(fixed.after(1, 0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(fixed.after(99, 1)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aNegativeWaitIsRefused() {
        assertThatThrownBy(() -> new Backoff.Fixed(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a backoff must not be negative, was PT-1S");
    }
}
