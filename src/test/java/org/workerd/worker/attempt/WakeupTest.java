package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WakeupTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Wakeup wakeup = new Wakeup();

    private Duration timed(boolean ignoreHints) throws InterruptedException {
        long since = System.nanoTime();
        wakeup.await(SHORT, ignoreHints);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Test
    void whatCameBeforeTheWaitIsNotLostAndManyAreOne() throws InterruptedException {
        wakeup.wake();
        wakeup.wake();
        wakeup.hint();
        wakeup.await(LONG, false);
        assertThat(timed(false)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aKnockWakesWhoIsNotDeafToIt() throws InterruptedException {
        wakeup.hint();
        wakeup.await(LONG, false);
        wakeup.hint();
        assertThat(timed(true)).isGreaterThanOrEqualTo(SHORT);
        // What came before the end of a wait is part of it.
        assertThat(timed(false)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aRingIsHeardAmongKnocks() throws InterruptedException {
        CompletableFuture<Void> outside = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 1_000; i++) {
                wakeup.hint();
            }
            wakeup.wake();
        });
        wakeup.await(LONG, true);
        outside.join();
    }

    @Test
    void noTimeIsNoWait() throws InterruptedException {
        wakeup.await(Duration.ZERO, false);
        wakeup.await(Duration.ofSeconds(-1), true);
    }
}
