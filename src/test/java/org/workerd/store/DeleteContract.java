package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.keyed;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.store.Moves.Removed;

/** What people delete: jobs that have ended, with all that belongs to them. */
interface DeleteContract extends StoreFixture {
    private boolean delete(long id) {
        return store().transaction(moves -> moves.delete(id)).isPresent();
    }

    @Test
    default void whatHasEndedIsDeletedWithAllThatBelongsToIt() {
        long id = enqueue(keyed("k"));
        finish(claimOne(), retryIn(Duration.ZERO));
        promote(NOW);
        finish(claimOne(), done());
        long other = enqueue("b");
        Optional<Removed> removed = store().transaction(moves -> moves.delete(id));
        assertThat(removed).hasValue(new Removed(id, 2));
        assertThat(attempts(id)).isEmpty();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        assertThat(delete(id)).isFalse();
        assertThat(delete(other)).isFalse();
    }

    @Test
    default void inOneTransactionAJobMayEndAndGo() {
        long id = enqueue("a");
        Claim claim = claimOne();
        inTransaction(moves -> {
            moves.finish(claim, done(), PID, NOW);
            assertThat(moves.delete(id)).isPresent();
        });
        assertThat(counts()).isEmpty();
    }

    @Test
    default void ofWhatIsDeletedTheDependentsStillHear() {
        long parent = enqueue("a");
        long child = enqueueAfter(parent);
        finish(claimOne(), dead());
        delete(parent);
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.CANCELLED);
    }
}
