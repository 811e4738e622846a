package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;

interface FinishContract extends StoreFixture {
    Instant END = NOW.plusSeconds(5);

    @Test
    default void whatIsDoneKeepsItsResult() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), new Verdict.Done(new AttemptRow("done", 0, null, null), "{\"w\":1}")))
                .isTrue();
        ended(id, JobState.DONE, 1, 0, null, null, "{\"w\":1}");
        assertThat(attempts(id)).containsExactly(new JobView.Attempt(1, NOW, END, "done", 0, null, null, PID, HOST));
    }

    @Test
    default void whatIsDeadKeepsTheErrorAndTheResult() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), new Verdict.Dead(FAILED, "partly"))).isTrue();
        ended(id, JobState.DEAD, 1, 3, null, "exit code 3", "partly");
        assertThat(attempts(id))
                .containsExactly(new JobView.Attempt(1, NOW, END, "failed", 3, null, "exit code 3", PID, HOST));
    }

    @Test
    default void whatIsCancelledKeepsTheReason() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), new Verdict.Cancel(new AttemptRow("cancelled", null, 15, "by root"))))
                .isTrue();
        ended(id, JobState.CANCELLED, 1, null, 15, "by root", null);
        assertThat(attempts(id))
                .containsExactly(new JobView.Attempt(1, NOW, END, "cancelled", null, 15, "by root", PID, HOST));
    }

    @Test
    default void whatIsRetriedWaitsAndShowsWhyItFailed() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), retryIn(Duration.ofSeconds(16)))).isTrue();
        JobView job = view(id);
        assertThat(job.state()).isEqualTo(JobState.RETRYING);
        assertThat(job.runAt()).isEqualTo(NOW.plusSeconds(16));
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(job.startedAt()).isEqualTo(NOW);
        assertThat(job.exitCode()).isEqualTo(3);
        assertThat(job.error()).isEqualTo("exit code 3");
        assertThat(job.finishedAt()).isNull();
        assertThat(counts()).isEqualTo(Map.of(JobState.RETRYING, 1L));
        promote(NOW.plusSeconds(16));
        assertThat(view(id).state()).isEqualTo(JobState.READY);
        assertThat(view(id).error()).isEqualTo("exit code 3");
        assertThat(claimOne().attempt()).isEqualTo(2);
    }

    @Test
    default void whatSnoozesWaitsWithItsAttemptGivenBack() {
        long id = enqueue("a");
        Verdict snooze = new Verdict.Snooze(new AttemptRow("snoozed", 75, null, null), NOW.plusSeconds(60));
        assertThat(finish(claimOne(), snooze)).isTrue();
        assertThat(view(id).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(view(id).attempt()).isZero();
        assertThat(view(id).runAt()).isEqualTo(NOW.plusSeconds(60));
        assertThat(counts()).isEqualTo(Map.of(JobState.SCHEDULED, 1L));
        assertThat(attempts(id))
                .containsExactly(new JobView.Attempt(1, NOW, END, "snoozed", 75, null, null, PID, HOST));
        promote(NOW.plusSeconds(60));
        assertThat(claimOne().attempt()).isEqualTo(1);
    }

    @Test
    default void whatIsGivenBackIsReadyAsIfItHadNotBegun() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), new Verdict.GiveBack(null))).isTrue();
        assertThat(view(id).state()).isEqualTo(JobState.READY);
        assertThat(view(id).attempt()).isZero();
        assertThat(view(id).startedAt()).isNull();
        assertThat(attempts(id)).isEmpty();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        assertThat(claimOne().attempt()).isEqualTo(1);
    }

    @Test
    default void anInterruptionIsShownUntilTheNextAttemptOfItsNumber() {
        long id = enqueue("a");
        AttemptRow stopped = new AttemptRow("interrupted", null, null, "the daemon stopped");
        finish(claimOne(), new Verdict.GiveBack(stopped));
        assertThat(view(id).attempt()).isZero();
        assertThat(attempts(id)).extracting(JobView.Attempt::outcome).containsExactly("interrupted");
        Claim next = claimOne();
        assertThat(attempts(id)).containsExactly(new JobView.Attempt(1, NOW, null, null, null, null, null, PID, HOST));
        finish(next, new Verdict.Done(new AttemptRow("done", 0, null, null), null));
        assertThat(attempts(id)).extracting(JobView.Attempt::outcome).containsExactly("done");
    }

    @Test
    default void aSnoozeIsReplacedByTheFailureOfTheNextAttemptOfItsNumber() {
        long id = enqueue("a");
        finish(claimOne(), new Verdict.Snooze(new AttemptRow("snoozed", 75, null, null), NOW));
        promote(NOW);
        finish(claimOne(), retryIn(Duration.ZERO));
        promote(NOW);
        finish(claimOne(), StoreFixture.done());
        assertThat(attempts(id)).extracting(JobView.Attempt::number).containsExactly(1, 2);
        assertThat(attempts(id)).extracting(JobView.Attempt::outcome).containsExactly("failed", "done");
    }

    @Test
    default void whatItsDaemonTookDownRunsAgainWithTheAttemptForgiven() {
        long id = enqueue("a");
        assertThat(finish(claimOne(), new Verdict.Rerun(DIED))).isTrue();
        assertThat(view(id).state()).isEqualTo(JobState.READY);
        assertThat(view(id).attempt()).isEqualTo(1);
        assertThat(view(id).error()).isEqualTo("the daemon died");
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        Claim again = claimOne();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.forgiven()).isEqualTo(1);
    }

    @Test
    default void whatIsForgivenStaysForgivenOverEveryDetour() {
        enqueue("a");
        finish(claimOne(), new Verdict.Rerun(DIED));
        finish(claimOne(), retryIn(Duration.ZERO));
        promote(NOW);
        finish(claimOne(), new Verdict.Snooze(FAILED, NOW));
        promote(NOW);
        finish(claimOne(), new Verdict.GiveBack(null));
        finish(claimOne(), new Verdict.Rerun(DIED));
        Claim claim = claimOne();
        assertThat(claim.attempt()).isEqualTo(4);
        assertThat(claim.forgiven()).isEqualTo(2);
    }

    @Test
    default void theCrashesOfAJobAreItsDaemonsDeathsOnly() {
        long id = enqueue("a");
        long other = enqueue("b");
        assertThat(crashes(id)).isZero();
        finish(claimOne(), new Verdict.Rerun(DIED));
        finish(claimOne(), retryIn(Duration.ZERO));
        promote(NOW);
        finish(claimOne(), new Verdict.Rerun(DIED));
        assertThat(crashes(id)).isEqualTo(2);
        assertThat(crashes(other)).isZero();
        Claim last = claimOne();
        finish(
                last,
                new Verdict.Dead(new AttemptRow("daemon died", null, null, "the daemon died in 3 attempts"), null));
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        assertThat(view(id).error()).isEqualTo("the daemon died in 3 attempts");
        assertThat(attempts(id))
                .extracting(JobView.Attempt::outcome)
                .containsExactly("daemon died", "failed", "daemon died", "daemon died");
    }

    @Test
    default void whatIsTriedAgainMayCrashAsOftenAsANewJob() {
        long id = enqueue("a");
        finish(claimOne(), new Verdict.Rerun(DIED));
        finish(claimOne(), new Verdict.Dead(DIED, null));
        assertThat(crashes(id)).isEqualTo(2);
        store().transaction(moves -> moves.retry(id));
        assertThat(crashes(id)).isZero();
        finish(claimOne(), new Verdict.Rerun(DIED));
        assertThat(crashes(id)).isEqualTo(1);
    }

    @Test
    default void manyVerdictsInOneTransactionAllCount() {
        for (int i = 0; i < 300; i++) {
            enqueue("job" + i % 5);
        }
        List<Claim> claims = claim(300);
        inTransaction(moves -> claims.forEach(claim -> {
            Verdict verdict = claim.jobId() % 3 == 0 ? StoreFixture.done() : StoreFixture.dead();
            assertThat(moves.finish(claim, verdict, PID, END)).isTrue();
        }));
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 100L, JobState.DEAD, 200L));
    }

    private boolean progress(Claim claim, int percent, String message) {
        return store().transaction(moves -> moves.progress(claim, new Progress(percent, message)));
    }

    @Test
    default void howFarAnAttemptIsIsSeenUntilTheNextBegins() {
        long id = enqueue("a");
        Claim first = claimOne();
        assertThat(view(id).progress()).isNull();
        assertThat(progress(first, 10, "begun")).isTrue();
        assertThat(progress(first, 50, null)).isTrue();
        assertThat(view(id).progress()).isEqualTo(new Progress(50, null));
        finish(first, retryIn(Duration.ZERO));
        assertThat(view(id).progress()).isEqualTo(new Progress(50, null));
        promote(NOW);
        Claim second = claimOne();
        assertThat(view(id).progress()).isNull();
        assertThat(progress(first, 99, "too late")).isFalse();
        progress(second, 100, "\"all\"");
        finish(second, StoreFixture.done());
        assertThat(progress(second, 0, null)).isFalse();
        assertThat(view(id).progress()).isEqualTo(new Progress(100, "\"all\""));
    }

    private int crashes(long id) {
        return store().transaction(moves -> moves.crashes(id));
    }

    private void ended(
            long id, JobState state, int attempt, Integer exitCode, Integer signal, String error, String result) {
        JobView job = view(id);
        assertThat(job.state()).isEqualTo(state);
        assertThat(job.attempt()).isEqualTo(attempt);
        assertThat(job.startedAt()).isEqualTo(NOW);
        assertThat(job.finishedAt()).isEqualTo(END);
        assertThat(job.exitCode()).isEqualTo(exitCode);
        assertThat(job.signal()).isEqualTo(signal);
        assertThat(job.error()).isEqualTo(error);
        assertThat(job.result()).isEqualTo(result);
        assertThat(counts()).isEqualTo(Map.of(state, 1L));
    }

    @Test
    default void aTransactionSeesTheJobAsItHasLeftIt() {
        long id = enqueue(NewJob.named("mail").payload("{\"to\":\"ann\"}").build());
        Claim claim = claimOne();
        inTransaction(moves -> {
            moves.finish(claim, StoreFixture.dead(), PID, NOW.plusSeconds(5));
            assertThat(moves.find(id)).get().satisfies(job -> {
                assertThat(job.state()).isEqualTo(JobState.DEAD);
                assertThat(job.error()).isEqualTo("exit code 3");
                assertThat(job.payload()).isEqualTo("{\"to\":\"ann\"}");
            });
            assertThat(moves.attempts(id)).extracting(JobView.Attempt::outcome).containsExactly("failed");
            assertThat(moves.find(id + 1)).isEmpty();
        });
    }
}
