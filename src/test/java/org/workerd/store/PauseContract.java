package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;

/** Queues that people pause and resume. */
interface PauseContract extends StoreFixture {
    @Test
    default void nothingOfAPausedQueueIsClaimedUntilItIsResumed() {
        long id = enqueue("a");
        enqueue(StoreFixture.in("other", "a"));
        inTransaction(moves -> {
            assertThat(moves.pause("default", NOW)).isTrue();
            assertThat(moves.pause("default", NOW)).isFalse();
        });
        assertThat(pauses()).containsExactly(Map.entry("default", NOW));
        assertThat(claim(5)).extracting(Claim::queue).containsExactly("other");
        inTransaction(moves -> {
            assertThat(moves.resume("other")).isFalse();
            assertThat(moves.resume("default")).isTrue();
        });
        assertThat(claim(5)).extracting(Claim::jobId).containsExactly(id);
    }

    @Test
    default void allQueuesArePausedAndResumedTogether() {
        enqueue("a");
        inTransaction(moves -> {
            moves.pause(null, NOW);
            moves.pause("other", NOW);
        });
        assertThat(pauses()).containsOnlyKeys("*", "other");
        assertThat(claim(5)).isEmpty();
        inTransaction(moves -> assertThat(moves.resume(null)).isTrue());
        inTransaction(moves -> assertThat(moves.resume(null)).isFalse());
        assertThat(claim(5)).hasSize(1);
    }

    @Test
    default void alarmsAreInLanesOfTheirOwnWhichAPauseOfAllQueuesDoesNotHold() {
        enqueue("a");
        long alarm = enqueue(StoreFixture.in(Alarms.QUEUE, "mail"));
        inTransaction(moves -> {
            assertThat(moves.lanesWithReady()).extracting(Moves.Lane::queue).containsExactly("default");
            moves.pause(null, NOW);
            assertThat(moves.lanesWithReady()).isEmpty();
            assertThat(moves.alarmLanesWithReady()).extracting(Moves.Lane::name).containsExactly("mail");
            moves.pause(Alarms.QUEUE, NOW);
            assertThat(moves.alarmLanesWithReady()).isEmpty();
            moves.resume(Alarms.QUEUE);
        });
        long daemon = register();
        List<Claim> claimed = store().transaction(moves -> moves.claim(daemon, moves.alarmLanesWithReady(), 5, NOW));
        assertThat(claimed).extracting(Claim::jobId).containsExactly(alarm);
    }

    private Map<String, Instant> pauses() {
        try (JobQueries queries = store().queries()) {
            return queries.pauses();
        }
    }
}
