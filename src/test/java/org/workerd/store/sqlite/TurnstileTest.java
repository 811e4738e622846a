package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.unix.LockFile;

class TurnstileTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    /** One lock alone would go to whoever looks next, and that is the one who has just left. */
    @RepeatedTest(5)
    void whoHasJustLeftIsNotFirstAgainWhileAnotherWaits() {
        Path queue = directory.resolve("queue.db");
        try (Turnstile first = new Turnstile(queue);
                Turnstile second = new Turnstile(queue)) {
            assertThat(first.enter(LONG)).isTrue();
            CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> second.enter(LONG));
            while (!LockFile.isHeld(directory.resolve("queue.db.gate"))) {
                assertThat(waiter).isNotDone();
            }
            first.leave();
            assertThat(first.enter(Duration.ZERO)).isFalse();
            assertThat(waiter.join()).isTrue();
            assertThat(first.enter(Duration.ZERO)).isFalse();
            second.leave();
            assertThat(first.enter(LONG)).isTrue();
        }
    }

    @Test
    void whoGivesUpWaitingHoldsUpNobody() {
        Path queue = directory.resolve("queue.db");
        try (Turnstile first = new Turnstile(queue);
                Turnstile second = new Turnstile(queue);
                Turnstile third = new Turnstile(queue)) {
            assertThat(first.enter(LONG)).isTrue();
            assertThat(second.enter(Duration.ofMillis(5))).isFalse();
            first.leave();
            assertThat(third.enter(Duration.ZERO)).isTrue();
        }
    }
}
