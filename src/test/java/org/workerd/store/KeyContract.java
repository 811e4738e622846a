package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.keyed;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

interface KeyContract extends StoreFixture {
    @Test
    default void aKeyThatIsTakenStoresNothingAndNamesItsHolder() {
        long first = enqueue(keyed("k"));
        NewJob second = NewJob.named("other")
                .arg("x")
                .queue("else")
                .priority(5)
                .key("k")
                .build();
        assertThat(store().<Moves.Enqueued>transaction(moves -> moves.enqueue(second)))
                .isEqualTo(new Moves.Enqueued(first, false));
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
    }

    @Test
    default void otherKeysAndNoKeysAreFree() {
        enqueue(keyed("k"));
        assertThat(store().transaction(moves -> moves.enqueue(keyed("K"))).stored())
                .isTrue();
        assertThat(store().transaction(moves -> moves.enqueue(keyed("k "))).stored())
                .isTrue();
        enqueue("resize");
        enqueue("resize");
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 5L));
    }

    @Test
    default void aKeyIsHeldInEveryStateThatIsNotFinal() {
        long id = enqueue(keyed("k"));
        Claim first = claimOne();
        assertThat(isTaken("k")).as("running").isTrue();
        finish(first, retryIn(Duration.ZERO));
        assertThat(isTaken("k")).as("retrying").isTrue();
        promote(NOW);
        Claim second = claimOne();
        finish(second, new Verdict.Snooze(FAILED, NOW));
        assertThat(isTaken("k")).as("scheduled").isTrue();
        promote(NOW);
        finish(claimOne(), new Verdict.GiveBack(null));
        assertThat(isTaken("k")).as("given back").isTrue();
        finish(claimOne(), new Verdict.Rerun(DIED));
        assertThat(isTaken("k")).as("to run again").isTrue();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        assertThat(state(id)).isEqualTo(JobState.READY);
    }

    @Test
    default void aKeyIsFreeOnceItsJobIsFinal() {
        for (Verdict end : List.of(done(), dead(), new Verdict.Cancel(FAILED))) {
            enqueue(keyed("k"));
            finish(claimOne(), end);
            assertThat(isTaken("k")).as("after %s", end).isFalse();
        }
    }

    @Test
    default void aJobCancelledForWhatItWaitedForFreesItsKey() {
        long parent = enqueue("parent");
        enqueue(NewJob.named("child").key("k").after(parent).build());
        assertThat(isTaken("k")).isTrue();
        finish(claimOne(), dead());
        promote(NOW);
        assertThat(isTaken("k")).isFalse();
    }

    @Test
    default void theEndOfAnEarlierHolderDoesNotFreeTheKeyOfTheNext() {
        enqueue(keyed("k"));
        Claim first = claimOne();
        finish(first, done());
        enqueue(keyed("k"));
        assertThat(finish(first, dead())).isFalse();
        assertThat(isTaken("k")).isTrue();
    }

    @Test
    default void aKeyOfATransactionThatFailedIsFree() {
        assertThatThrownBy(() -> inTransaction(moves -> {
                    moves.enqueue(keyed("k"));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(isTaken("k")).isFalse();
    }

    @Test
    default void twoOfOneKeyInOneTransactionAreOneJob() {
        List<Moves.Enqueued> both =
                store().transaction(moves -> List.of(moves.enqueue(keyed("k")), moves.enqueue(keyed("k"))));
        assertThat(both.get(1)).isEqualTo(new Moves.Enqueued(both.get(0).id(), false));
    }

    /** Asked by an enqueue that is taken back. */
    private boolean isTaken(String key) {
        boolean[] taken = new boolean[1];
        assertThatThrownBy(() -> inTransaction(moves -> {
                    taken[0] = !moves.enqueue(keyed(key)).stored();
                    throw new IllegalStateException("only asked");
                }))
                .hasMessage("only asked");
        return taken[0];
    }
}
