package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.due;
import static org.workerd.store.StoreFixture.keyed;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;
import org.workerd.store.Moves.Cancellation;

/** What people cancel: at once what waits, and by asking what runs. */
interface CancelContract extends StoreFixture {
    private boolean requestCancel(long id, String reason) {
        return store().transaction(moves -> moves.requestCancel(id, reason, NOW));
    }

    private List<Cancellation> cancellations() {
        return store().transaction(Moves::cancellations);
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
}
