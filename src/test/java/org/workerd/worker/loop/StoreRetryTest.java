package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoreRetryTest {
    private final StoreRetry retry = new StoreRetry();

    /** However long the test itself was held up. */
    private void assertWaits(Duration expected) {
        long since = System.nanoTime();
        retry.lengthen();
        Duration remaining = retry.remaining();
        assertThat(remaining).isLessThanOrEqualTo(expected);
        assertThat(remaining.plusNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(expected);
    }

    @Test
    void eachWaitIsTwiceTheOneBeforeUpToFiveSeconds() {
        assertThat(retry.remaining()).isZero();
        for (int millis : new int[] {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
            assertWaits(Duration.ofMillis(millis));
        }
    }

    @Test
    void onceItWorksThereIsNoWaitAndTheNextOneIsShortAgain() {
        assertWaits(Duration.ofMillis(100));
        assertWaits(Duration.ofMillis(200));
        retry.end();
        assertThat(retry.remaining()).isZero();
        assertWaits(Duration.ofMillis(100));
    }
}
