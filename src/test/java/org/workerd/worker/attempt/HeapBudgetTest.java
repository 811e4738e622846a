package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HeapBudgetTest {
    private final HeapBudget share = new HeapBudget(800);

    private void assertRoom(long ahead, long room) {
        assertThat(share.roomAhead()).isEqualTo(ahead);
        assertThat(share.room()).isEqualTo(room);
    }

    @Test
    void whatWasGivenCountsUntilItsEndIsWritten() {
        assertRoom(100, 300);
        share.claimed(70);
        share.claimed(50);
        assertRoom(-20, 180);
        share.withdrawn(50);
        assertRoom(30, 230);
        share.ended(70, 20);
        assertRoom(10, 210);
        share.written(90);
        assertRoom(100, 300);
    }

    @Test
    void nothingBeginsWhileWhatEndedTakesAllTheRoom() throws Exception {
        share.claimed(1_000);
        share.awaitRoom();
        share.ended(10, 90);
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        Thread slot = new Thread(() -> {
            share.awaitRoom();
            waiting.complete(null);
        });
        slot.start();
        await().until(() -> slot.getState() == Thread.State.WAITING);
        assertThat(waiting).isNotDone();
        share.written(1);
        waiting.get();
    }
}
