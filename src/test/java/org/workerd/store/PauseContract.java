package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
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
        assertThat(pauses()).containsExactly("default");
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
        assertThat(pauses()).containsExactlyInAnyOrder("*", "other");
        assertThat(claim(5)).isEmpty();
        inTransaction(moves -> assertThat(moves.resume(null)).isTrue());
        inTransaction(moves -> assertThat(moves.resume(null)).isFalse());
        assertThat(claim(5)).hasSize(1);
    }

    private Set<String> pauses() {
        try (JobQueries queries = store().queries()) {
            return queries.pauses();
        }
    }
}
