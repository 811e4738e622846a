package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DoorbellTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Doorbell doorbell = new Doorbell();

    private Duration timed(boolean deaf) throws InterruptedException {
        long since = System.nanoTime();
        doorbell.await(SHORT, deaf);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Test
    void whatCameBeforeTheWaitIsNotLostAndManyAreOne() throws InterruptedException {
        doorbell.ring();
        doorbell.ring();
        doorbell.knock();
        doorbell.await(LONG, false);
        assertThat(timed(false)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aKnockWakesWhoIsNotDeafToIt() throws InterruptedException {
        doorbell.knock();
        doorbell.await(LONG, false);
        doorbell.knock();
        assertThat(timed(true)).isGreaterThanOrEqualTo(SHORT);
        // What came before the end of a wait is part of it.
        assertThat(timed(false)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aRingIsHeardAmongKnocks() throws InterruptedException {
        CompletableFuture<Void> outside = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 1_000; i++) {
                doorbell.knock();
            }
            doorbell.ring();
        });
        doorbell.await(LONG, true);
        outside.join();
    }

    @Test
    void noTimeIsNoWait() throws InterruptedException {
        doorbell.await(Duration.ZERO, false);
        doorbell.await(Duration.ofSeconds(-1), true);
    }
}
