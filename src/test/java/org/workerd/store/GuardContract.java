package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;

interface GuardContract extends StoreFixture {
    @Test
    default void aWrongTokenChangesNothing() {
        long id = enqueue("a");
        Claim claim = claimOne();
        everyVerdict().forEach(verdict -> changesNothing(id, withToken(claim, claim.token() + 1), verdict));
        assertThat(finish(claim, done())).isTrue();
    }

    @Test
    default void anothersTokenChangesNothing() {
        long first = enqueue("a");
        enqueue("a");
        List<Claim> claims = claim(2);
        changesNothing(first, withToken(claims.get(0), claims.get(1).token()), done());
    }

    @Test
    default void aFinishedClaimChangesNothing() {
        for (Verdict end : List.of(done(), dead(), new Verdict.Cancel(FAILED))) {
            long id = enqueue("a");
            Claim claim = claimOne();
            finish(claim, end);
            everyVerdict().forEach(verdict -> changesNothing(id, claim, verdict));
        }
    }

    @Test
    default void aLateRunnerCannotFinishWhatWaitsForItsNextAttempt() {
        long id = enqueue("a");
        Claim claim = claimOne();
        finish(claim, retryIn(Duration.ZERO));
        changesNothing(id, claim, done());
        promote(NOW);
        changesNothing(id, claim, done());
    }

    @Test
    default void aLateRunnerCannotFinishTheNextAttempt() {
        long id = enqueue("a");
        Claim late = claimOne();
        finish(late, new Verdict.Rerun(DIED));
        Claim next = claimOne();
        everyVerdict().forEach(verdict -> changesNothing(id, late, verdict));
        assertThat(finish(next, done())).isTrue();
        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    default void aVerdictThatComesTwiceInOneTransactionCountsOnce() {
        enqueue("a");
        Claim claim = claimOne();
        List<Boolean> held = store().transaction(
                        moves -> List.of(moves.finish(claim, done(), PID, NOW), moves.finish(claim, dead(), PID, NOW)));
        assertThat(held).containsExactly(true, false);
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 1L));
    }

    private static List<Verdict> everyVerdict() {
        return List.of(
                done(),
                dead(),
                new Verdict.Cancel(FAILED),
                retryIn(Duration.ZERO),
                new Verdict.Snooze(FAILED, NOW),
                new Verdict.Rerun(DIED),
                new Verdict.GiveBack(FAILED));
    }

    private void changesNothing(long id, Claim claim, Verdict verdict) {
        JobView before = view(id);
        List<JobView.Attempt> history = attempts(id);
        Map<JobState, Long> counts = counts();
        assertThat(finish(claim, verdict)).as("%s", verdict).isFalse();
        assertThat(view(id)).isEqualTo(before);
        assertThat(attempts(id)).isEqualTo(history);
        assertThat(counts()).isEqualTo(counts);
    }

    private static Claim withToken(Claim claim, long token) {
        return new Claim(
                claim.jobId(),
                token,
                claim.lane(),
                claim.attempt(),
                claim.forgiven(),
                claim.startedAt(),
                claim.name(),
                claim.queue(),
                claim.priority(),
                claim.args(),
                claim.payload(),
                claim.maxAttempts(),
                claim.timeout(),
                claim.keyed(),
                claim.defect());
    }
}
