package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

interface DependencyContract extends StoreFixture {
    @Test
    default void aJobIsBlockedUntilAllThatItWaitsForIsDone() {
        long a = enqueue("a");
        long b = enqueue("b");
        long child = enqueueAfter(a, b);
        assertThat(view(child).after()).containsExactly(a, b);
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 2L, JobState.BLOCKED, 1L));
        List<Claim> claims = claim(10);
        assertThat(claims).hasSize(2);
        finish(claims.get(0), done());
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        finish(claims.get(1), done());
        assertThat(store().transaction(Moves::nextDue))
                .as("there is something to promote")
                .isPresent();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertThat(store().transaction(Moves::nextDue)).isEmpty();
        assertThat(claimOne().jobId()).isEqualTo(child);
    }

    @Test
    default void anAttemptThatFailsOrIsGivenBackDoesNotFreeWhatWaits() {
        long child = enqueueAfter(enqueue("a"));
        for (Verdict notTheEnd : List.of(
                retryIn(Duration.ZERO),
                new Verdict.Snooze(FAILED, NOW),
                new Verdict.GiveBack(null),
                new Verdict.Rerun(DIED))) {
            finish(claimOne(), notTheEnd);
            promote(NOW);
            assertThat(state(child)).as("after %s", notTheEnd).isEqualTo(JobState.BLOCKED);
        }
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    default void whatWaitedForAJobThatDiedIsCancelledWithTheReason() {
        long a = enqueue("a");
        long child = enqueueAfter(a);
        finish(claimOne(), dead());
        promote(NOW.plusSeconds(9));
        JobView job = view(child);
        assertThat(job.state()).isEqualTo(JobState.CANCELLED);
        assertThat(job.error()).isEqualTo("job " + a + ", which this one waited for, is dead");
        assertThat(job.finishedAt()).isEqualTo(NOW.plusSeconds(9));
        assertThat(job.attempt()).isZero();
        assertThat(attempts(child)).isEmpty();
        assertThat(counts()).isEqualTo(Map.of(JobState.DEAD, 1L, JobState.CANCELLED, 1L));
    }

    @Test
    default void aCancellationGoesDownTheWholeChain() {
        long a = enqueue("a");
        List<Long> chain = new ArrayList<>(List.of(a));
        for (int i = 0; i < 5; i++) {
            chain.add(enqueueAfter(chain.get(i)));
        }
        finish(claimOne(), new Verdict.Cancel(FAILED));
        promoteAll();
        for (int i = 1; i < chain.size(); i++) {
            assertThat(view(chain.get(i)).error())
                    .isEqualTo("job " + chain.get(i - 1) + ", which this one waited for, is cancelled");
        }
        assertThat(counts()).isEqualTo(Map.of(JobState.CANCELLED, 6L));
    }

    @Test
    default void oneBadEndIsEnoughWhateverTheOthersDo() {
        long bad = enqueue("a");
        enqueue("b");
        long child = enqueueAfter(bad, bad + 1);
        List<Claim> claims = claim(2);
        finish(claims.get(0), dead());
        finish(claims.get(1), done());
        promote(NOW);
        assertThat(view(child).error()).isEqualTo("job " + bad + ", which this one waited for, is dead");
    }

    @Test
    default void aLaterGoodEndDoesNotTouchWhatWasCancelled() {
        long bad = enqueue("a");
        enqueue("b");
        long child = enqueueAfter(bad, bad + 1);
        List<Claim> claims = claim(2);
        finish(claims.get(0), dead());
        promote(NOW);
        finish(claims.get(1), done());
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.CANCELLED);
        assertThat(counts()).isEqualTo(Map.of(JobState.DEAD, 1L, JobState.DONE, 1L, JobState.CANCELLED, 1L));
    }

    @Test
    default void aJobNamedTwiceIsWaitedForOnce() {
        long a = enqueue("a");
        long child = enqueueAfter(a, a, a);
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    default void whatIsDoneAlreadyIsNotWaitedFor() {
        long a = enqueue("a");
        runOne();
        long child = enqueueAfter(a);
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    default void whatIsDeadAlreadyCancelsAtOnce() {
        long a = enqueue("a");
        finish(claimOne(), dead());
        long child = enqueueAfter(a);
        promote(NOW);
        assertThat(view(child).error()).isEqualTo("job " + a + ", which this one waited for, is dead");
    }

    @Test
    default void aJobThatIsEnqueuedBetweenTwoVerdictsOfOneTransactionIsNotForgotten() {
        long a = enqueue("a");
        long b = enqueue("b");
        List<Claim> claims = claim(2);
        assertThat(claims).extracting(Claim::jobId).containsExactly(a, b);
        long child = store().transaction(moves -> {
            moves.finish(claims.get(0), done(), PID, NOW);
            long id = moves.enqueue(NewJob.named("after").after(b).build()).id();
            moves.finish(claims.get(1), done(), PID, NOW);
            return id;
        });
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.READY);
    }

    @Test
    default void tenThousandDependentsArePromotedInSteps() {
        long parent = enqueue("parent");
        inTransaction(moves -> {
            for (int i = 0; i < 10_000; i++) {
                moves.enqueue(NewJob.named("child" + i % 3).after(parent).build());
            }
        });
        runOne();
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 1L, JobState.BLOCKED, 10_000L));
        for (long ready = 1_000; ready <= 10_000; ready += 1_000) {
            assertThat(store().<Integer>transaction(moves -> moves.promote(NOW, 1_000)))
                    .isEqualTo(1_000);
            assertThat(counts().get(JobState.READY)).isEqualTo(ready);
        }
        assertThat(store().<Integer>transaction(moves -> moves.promote(NOW, 1_000)))
                .isZero();
        assertThat(claim(20_000)).hasSize(10_000);
    }

    private void promoteAll() {
        while (store().transaction(moves -> moves.promote(NOW, 1_000)) > 0) {
            assertThat(counts()).isNotEmpty();
        }
    }
}
