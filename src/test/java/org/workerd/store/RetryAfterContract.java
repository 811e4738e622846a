package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.store.Moves.Hindrance;

/** A job that is retried waits for the same jobs as before. */
interface RetryAfterContract extends StoreFixture {
    private boolean retry(long id) {
        return store().transaction(moves -> moves.retry(id));
    }

    private boolean force(long id) {
        return store().transaction(moves -> moves.retry(id, true));
    }

    private Hindrance hindrance(long id) {
        return store().transaction(moves -> moves.hindrance(id)).orElseThrow();
    }

    /** A child that was cancelled because its parent died. */
    private long cancelledWith(long parent) {
        long child = enqueueAfter(parent);
        finish(claimOne(), dead());
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.CANCELLED);
        return child;
    }

    private void delete(long id) {
        inTransaction(moves -> assertThat(moves.delete(id)).isPresent());
    }

    @Test
    default void whileAParentIsUnfinishedItIsBlockedAgain() {
        long parent = enqueue("parent");
        long child = enqueueAfter(parent);
        Claim running = claimOne();
        cancel(child);
        assertThat(retry(child)).isTrue();
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        assertThat(claim(10)).isEmpty();
        finish(running, done());
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertSound();
    }

    @Test
    default void whenAllParentsAreDoneItIsReady() {
        long parent = enqueue("parent");
        long child = enqueueAfter(parent);
        runOne();
        promote(NOW);
        finish(claimOne(), dead());
        assertThat(retry(child)).isTrue();
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertThat(view(child).attempt()).isEqualTo(1);
    }

    @Test
    default void whileAParentIsDeadOrCancelledItIsRefusedWithTheReason() {
        long parent = enqueue("parent");
        long child = cancelledWith(parent);
        assertThat(retry(child)).isFalse();
        assertThat(hindrance(child)).isEqualTo(new Hindrance(parent, JobState.DEAD, false));
        long cancelled = enqueue("cancelled");
        long other = enqueueAfter(cancelled);
        cancel(cancelled);
        cancel(other);
        assertThat(retry(other)).isFalse();
        assertThat(hindrance(other)).isEqualTo(new Hindrance(cancelled, JobState.CANCELLED, false));
        assertThat(counts()).isEqualTo(Map.of(JobState.DEAD, 1L, JobState.CANCELLED, 3L));
        assertSound();
    }

    @Test
    default void afterItsParentInTheSameTransactionItWaitsForThat() {
        long parent = enqueue("parent");
        long child = cancelledWith(parent);
        inTransaction(moves -> {
            assertThat(moves.retry(parent)).isTrue();
            assertThat(moves.retry(child)).isTrue();
        });
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        runOne();
        promote(NOW);
        assertThat(claimOne().jobId()).isEqualTo(child);
        assertSound();
    }

    @Test
    default void aChainRunsInItsOrderAgain() {
        List<Long> chain = new ArrayList<>(List.of(enqueue("first")));
        for (int i = 0; i < 20; i++) {
            chain.add(enqueueAfter(chain.get(i)));
        }
        cancel(chain.get(0));
        promoteAll();
        assertThat(counts()).isEqualTo(Map.of(JobState.CANCELLED, 21L));
        chain.forEach(id -> assertThat(retry(id)).isTrue());
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L, JobState.BLOCKED, 20L));
        for (long id : chain) {
            Claim only = claimOne();
            assertThat(only.jobId()).isEqualTo(id);
            finish(only, done());
            promoteAll();
        }
    }

    @Test
    default void oneThatManyWereWaitedForByWaitsForAllOfThem() {
        List<Long> parents = List.of(enqueue("a"), enqueue("b"), enqueue("c"));
        long child = enqueueAfter(parents.toArray(Long[]::new));
        runOne();
        finish(claimOne(), dead());
        promote(NOW);
        assertThat(retry(child)).as("one of them is dead").isFalse();
        assertThat(retry(parents.get(1))).isTrue();
        assertThat(retry(child)).isTrue();
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertSound();
    }

    @Test
    default void whatWasNotCancelledYetWaitsOnWhenItsParentIsRetried() {
        long parent = enqueue("parent");
        long child = enqueueAfter(parent);
        finish(claimOne(), dead());
        assertThat(retry(parent)).isTrue();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    default void aParentThatIsDeletedCountsAsWhatItWasLast() {
        long parent = enqueue("parent");
        long child = cancelledWith(parent);
        delete(parent);
        assertThat(retry(child)).isFalse();
        assertThat(hindrance(child)).isEqualTo(new Hindrance(parent, JobState.DEAD, true));
        assertSound();
        delete(child);
        assertSound();
        long good = enqueue("good");
        long after = enqueueAfter(good);
        runOne();
        cancel(after);
        delete(good);
        assertThat(retry(after)).as("it was done").isTrue();
        assertThat(state(after)).isEqualTo(JobState.READY);
    }

    @Test
    default void byForceItWaitsOnlyForWhatIsUnfinished() {
        long parent = enqueue("parent");
        long other = enqueue("other");
        long child = enqueueAfter(parent, other);
        finish(claimOne(), dead());
        promote(NOW);
        assertThat(force(child)).isTrue();
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        assertThat(retry(parent)).isTrue();
        Claim again = claimOne();
        assertThat(again.jobId()).isEqualTo(parent);
        finish(claimOne(), done());
        promote(NOW);
        assertThat(state(child)).as("it does not wait for %s any more", parent).isEqualTo(JobState.READY);
        finish(again, dead());
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertThat(other).isPositive();
        assertSound();
    }

    private void promoteAll() {
        while (store().transaction(moves -> moves.promote(NOW, 1_000)) > 0) {
            assertThat(counts()).isNotEmpty();
        }
    }
}
