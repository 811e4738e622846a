package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.due;
import static org.workerd.store.StoreFixture.keyed;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;

/** What people retry: jobs that are dead or cancelled, and their keys. */
interface RetryContract extends StoreFixture {
    private boolean retry(long id) {
        return store().transaction(moves -> moves.retry(id));
    }

    private Optional<Long> holderOfKey(long id) {
        return store().transaction(moves -> moves.holderOfKey(id));
    }

    private long keyedAndDead(String key) {
        long id = enqueue(keyed(key));
        finish(claimOne(), dead());
        return id;
    }

    @Test
    default void whatIsDeadIsReadyAgainWithAsManyAttemptsAheadAsAtFirst() {
        long id = enqueue("a");
        finish(claimOne(), retryIn(Duration.ZERO));
        promote(NOW);
        finish(claimOne(), dead());
        assertThat(retry(id)).isTrue();
        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        assertThat(attempts(id)).extracting(JobView.Attempt::number).containsExactly(1, 2);
        Claim again = claimOne();
        assertThat(again.attempt()).isEqualTo(3);
        assertThat(again.lastAttempt(JobPolicy.DEFAULT)).isEqualTo(2 + JobPolicy.DEFAULT.maxAttempts());
    }

    @Test
    default void whatIsCancelledBeforeItsTimeIsReadyAtOnce() {
        long scheduled = enqueue(due(NOW.plusSeconds(1_000)));
        cancel(scheduled);
        assertThat(retry(scheduled)).isTrue();
        assertThat(state(scheduled)).isEqualTo(JobState.READY);
    }

    @Test
    default void onlyWhatIsDeadOrCancelledIsRetried() {
        long id = enqueue("a");
        assertThat(retry(id)).isFalse();
        Claim claim = claimOne();
        assertThat(retry(id)).isFalse();
        finish(claim, done());
        assertThat(retry(id)).isFalse();
        assertThat(retry(4711)).isFalse();
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 1L));
    }

    @Test
    default void aRetriedJobHasItsKeyAgain() {
        long id = keyedAndDead("k");
        assertThat(retry(id)).isTrue();
        assertThat(store().transaction(moves -> moves.enqueue(keyed("k"))).id()).isEqualTo(id);
        runOne();
        assertThat(enqueue(keyed("k"))).isGreaterThan(id);
    }

    @Test
    default void noJobIsRetriedWhoseKeyAnotherHas() {
        long id = keyedAndDead("k");
        assertThat(holderOfKey(id)).isEmpty();
        long other = enqueue(keyed("k"));
        assertThat(retry(id)).isFalse();
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        assertThat(holderOfKey(id)).hasValue(other);
        runOne();
        assertThat(retry(id)).isTrue();
    }
}
