package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.due;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;

interface ScheduleContract extends StoreFixture {
    @Test
    default void aJobForLaterIsScheduledAndCannotBeClaimed() {
        long id = enqueue(due(NOW.plusSeconds(1)));
        assertThat(view(id).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(view(id).runAt()).isEqualTo(NOW.plusSeconds(1));
        assertThat(counts()).isEqualTo(Map.of(JobState.SCHEDULED, 1L));
        assertThat(claim(10)).isEmpty();
    }

    @Test
    default void aJobIsPromotedWhenItIsDueAndNotAMillisecondBefore() {
        long id = enqueue(due(NOW));
        promote(NOW.minusMillis(1));
        assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
        promote(NOW);
        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        assertThat(claimOne().jobId()).isEqualTo(id);
    }

    @Test
    default void aJobDueInThePastIsReadyAtTheNextPromotion() {
        long id = enqueue(due(NOW.minusSeconds(86_400)));
        promote(NOW);
        assertThat(state(id)).isEqualTo(JobState.READY);
    }

    @Test
    default void theNextDueIsTheEarliestOfScheduledAndRetrying() {
        assertThat(nextDue()).isEmpty();
        enqueue("a");
        assertThat(nextDue()).isEmpty();
        Claim claim = claimOne();
        enqueue(due(NOW.plusSeconds(60)));
        assertThat(nextDue()).contains(NOW.plusSeconds(60));
        finish(claim, retryIn(Duration.ofSeconds(16)));
        assertThat(nextDue()).contains(NOW.plusSeconds(16));
        promote(NOW.plusSeconds(16));
        assertThat(nextDue()).contains(NOW.plusSeconds(60));
        promote(NOW.plusSeconds(60));
        assertThat(nextDue()).isEmpty();
    }

    @Test
    default void promotionGoesInStepsTheEarliestFirst() {
        long late = enqueue(due(NOW.minusSeconds(1)));
        long early = enqueue(due(NOW.minusSeconds(3)));
        long middle = enqueue(due(NOW.minusSeconds(2)));
        assertThat(promoted(2)).isEqualTo(2);
        assertThat(List.of(state(early), state(middle), state(late)))
                .containsExactly(JobState.READY, JobState.READY, JobState.SCHEDULED);
        assertThat(promoted(2)).isEqualTo(1);
        assertThat(promoted(2)).isZero();
    }

    @Test
    default void whatBecomesDueKeepsItsPlaceByAge() {
        long scheduled = enqueue(due(NOW));
        long ready = enqueue("a");
        promote(NOW);
        assertThat(claim(10).stream().map(Claim::jobId)).containsExactly(scheduled, ready);
    }

    @Test
    default void aBlockedJobForLaterIsScheduledOnceItIsFree() {
        long parent = enqueue("parent");
        long child = enqueue(
                NewJob.named("child").runAt(NOW.plusSeconds(60)).after(parent).build());
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        assertThat(nextDue()).isEmpty();
        runOne();
        promote(NOW);
        assertThat(state(child)).isEqualTo(JobState.SCHEDULED);
        assertThat(nextDue()).contains(NOW.plusSeconds(60));
        promote(NOW.plusSeconds(60));
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 1L, JobState.READY, 1L));
    }

    @Test
    default void whatATransactionPromotedItCanClaim() {
        long id = enqueue(due(NOW));
        long daemon = register();
        List<Claim> claimed = store().transaction(moves -> {
            moves.promote(NOW, 10);
            return moves.claim(daemon, moves.lanesWithReady(), 10, NOW);
        });
        assertThat(claimed).extracting(Claim::jobId).containsExactly(id);
    }

    private Optional<Instant> nextDue() {
        return store().transaction(Moves::nextDue);
    }

    private int promoted(int most) {
        return store().transaction(moves -> moves.promote(NOW, most));
    }
}
