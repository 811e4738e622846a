package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.due;
import static org.workerd.store.StoreFixture.keyed;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;
import org.workerd.store.Moves.Cancellation;
import org.workerd.store.Moves.Removed;

/** What people do to jobs: retry, cancel, delete, pause and resume. */
interface OperatorContract extends StoreFixture {
    default boolean retry(long id) {
        return store().transaction(moves -> moves.retry(id));
    }

    default boolean cancel(long id) {
        return store().transaction(moves -> moves.cancel(id, "by root", NOW.plusSeconds(9)));
    }

    default boolean requestCancel(long id, String reason) {
        return store().transaction(moves -> moves.requestCancel(id, reason, NOW));
    }

    default boolean delete(long id) {
        return store().transaction(moves -> moves.delete(id)).isPresent();
    }

    private Optional<Long> holderOfKey(long id) {
        return store().transaction(moves -> moves.holderOfKey(id));
    }

    private List<Cancellation> cancellations() {
        return store().transaction(Moves::cancellations);
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
    default void whatIsCancelledIsReadyAgainWhateverItWaitedFor() {
        long parent = enqueue("parent");
        long blocked = enqueueAfter(parent);
        long scheduled = enqueue(due(NOW.plusSeconds(1_000)));
        for (long id : List.of(blocked, scheduled)) {
            cancel(id);
            assertThat(retry(id)).isTrue();
            assertThat(state(id)).isEqualTo(JobState.READY);
        }
        finish(claimOne(), dead());
        promote(NOW);
        assertThat(state(blocked)).isEqualTo(JobState.READY);
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

    @Test
    default void whatWaitsIsCancelledAtOnceWithTheReason() {
        long ready = enqueue("a");
        long retrying = enqueue("b");
        finish(claim(2).get(1), retryIn(Duration.ofHours(1)));
        inTransaction(moves ->
                moves.claimedBy(1).forEach(claim -> moves.finish(claim, new Verdict.GiveBack(null), PID, NOW)));
        long scheduled = enqueue(due(NOW.plusSeconds(1_000)));
        long blocked = enqueueAfter(ready);
        assertThat(List.of(ready, retrying, scheduled, blocked)).allMatch(this::cancel);
        assertThat(counts()).isEqualTo(Map.of(JobState.CANCELLED, 4L));
        JobView job = view(retrying);
        assertThat(job.error()).isEqualTo("by root");
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(job.startedAt()).isEqualTo(NOW);
        assertThat(job.finishedAt()).isEqualTo(NOW.plusSeconds(9));
        assertThat(view(ready).startedAt()).isNull();
        assertThat(attempts(retrying)).extracting(JobView.Attempt::outcome).containsExactly("failed");
    }

    @Test
    default void whatRunsOrHasEndedIsNotCancelledAtOnce() {
        long id = enqueue("a");
        Claim claim = claimOne();
        assertThat(cancel(id)).isFalse();
        finish(claim, done());
        assertThat(cancel(id)).isFalse();
        assertThat(cancel(4711)).isFalse();
        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    default void aCancelledJobsKeyIsFreeAndItsDependentsFollow() {
        long id = enqueue(keyed("k"));
        long child = enqueueAfter(id);
        long grandchild = enqueueAfter(child);
        cancel(id);
        promote(NOW);
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.CANCELLED);
        assertThat(view(child).error()).contains("job " + id);
        assertThat(state(grandchild)).isEqualTo(JobState.CANCELLED);
        assertThat(enqueue(keyed("k"))).isGreaterThan(id);
    }

    @Test
    default void aRunningJobIsAskedToEndOnceAndTheFirstReasonStands() {
        long id = enqueue("a");
        assertThat(requestCancel(id, "first")).isFalse();
        Claim claim = claimOne();
        assertThat(cancellations()).isEmpty();
        assertThat(requestCancel(id, "first")).isTrue();
        assertThat(requestCancel(id, "second")).isTrue();
        assertThat(cancellations()).containsExactly(new Cancellation(id, "first", claim.token()));
        finish(claim, new Verdict.Cancel(FAILED));
        assertThat(cancellations()).containsExactly(new Cancellation(id, "first", null));
        assertThat(requestCancel(id, "third")).isFalse();
        inTransaction(moves -> assertThat(moves.forgetCancellation(id)).isTrue());
        assertThat(cancellations()).isEmpty();
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
