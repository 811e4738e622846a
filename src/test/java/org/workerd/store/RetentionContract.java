package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.store.Moves.Pruned;
import org.workerd.store.Moves.Removed;

interface RetentionContract extends StoreFixture {
    Retention RETENTION = new Retention(Duration.ofDays(1), Duration.ofDays(2), Duration.ofDays(3));

    private Pruned prune(Instant now, long above, int most) {
        return store().transaction(moves -> moves.prune(RETENTION, now, above, most));
    }

    private Optional<Long> oldest() {
        return store().transaction(Moves::oldest);
    }

    private void end(int count, Instant at) {
        for (int i = 0; i < count; i++) {
            enqueue("a");
        }
        List<Claim> claims = claim(count);
        inTransaction(moves -> claims.forEach(claim -> moves.finish(claim, done(), PID, at)));
    }

    @Test
    default void eachEndIsKeptForItsOwnTime() {
        long done = enqueue("a");
        finish(claimOne(), done());
        long dead = enqueue("a");
        finish(claimOne(), dead());
        long cancelled = enqueue("a");
        inTransaction(moves -> moves.cancel(cancelled, "", NOW));
        long ready = enqueue("a");
        assertThat(prune(NOW.plus(Duration.ofHours(24)), 0, 10).jobs()).isEmpty();
        assertThat(prune(NOW.plus(Duration.ofHours(25)), 0, 10).jobs()).containsExactly(new Removed(done, 1));
        assertThat(prune(NOW.plus(Duration.ofHours(49)), 0, 10).jobs()).containsExactly(new Removed(cancelled, 0));
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L, JobState.DEAD, 1L));
        assertThat(prune(NOW.plus(Duration.ofHours(73)), 0, 10).jobs()).containsExactly(new Removed(dead, 1));
        assertThat(oldest()).hasValue(ready);
    }

    @Test
    default void stepAfterStepTheWalkComesToItsEndAndPassesOverWhatIsKept() {
        end(35, NOW);
        end(30, NOW.plus(Duration.ofDays(9)));
        end(35, NOW);
        List<Integer> steps = new ArrayList<>();
        Pruned step = prune(NOW.plus(Duration.ofDays(9)), 0, 10);
        while (!step.isLast()) {
            steps.add(step.jobs().size());
            step = prune(NOW.plus(Duration.ofDays(9)), step.next(), 10);
        }
        steps.add(step.jobs().size());
        assertThat(steps).allMatch(size -> size <= 10).hasSizeLessThan(10);
        assertThat(steps.stream().mapToInt(size -> size).sum()).isEqualTo(70);
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 30L));
    }

    private Set<String> queues() {
        try (JobQueries queries = store().queries()) {
            return queries.counts().keySet();
        }
    }

    @Test
    default void aQueueWhoseLastJobWentTakesJobsAgain() {
        end(3, NOW);
        long ready = enqueue(StoreFixture.in("other", "a"));
        assertThat(prune(NOW.plus(Duration.ofDays(9)), 0, 10).isLast()).isTrue();
        assertThat(queues()).containsExactly("other");
        long next = enqueue("a");
        assertThat(claim(2)).extracting(Claim::jobId).containsExactlyInAnyOrder(ready, next);
        assertThat(queues()).containsExactlyInAnyOrder("default", "other");
    }

    @Test
    default void queuesWithAJobInWhateverStateStay() {
        enqueue(StoreFixture.in("running", "a"));
        claimOne();
        enqueue(StoreFixture.in("dead", "a"));
        finish(claimOne(), dead());
        enqueue(StoreFixture.in("done", "a"));
        runOne();
        enqueue(StoreFixture.in("retrying", "a"));
        finish(claimOne(), StoreFixture.retryIn(Duration.ofDays(1)));
        cancel(enqueue(StoreFixture.in("cancelled", "a")));
        long parent = enqueue(StoreFixture.in("ready", "a"));
        enqueue(NewJob.named("a").queue("blocked").after(List.of(parent)).build());
        enqueue(NewJob.named("a").queue("scheduled").runAt(NOW.plusSeconds(9)).build());
        assertThat(prune(NOW, 0, 10).isLast()).isTrue();
        assertThat(queues())
                .containsExactlyInAnyOrder(
                        Stream.of(JobState.values()).map(JobState::word).toArray(String[]::new));
    }

    /** Where its counts are not written yet. */
    @Test
    default void aJobThatIsEnqueuedInTheSameTransactionKeepsItsQueue() {
        long id = store().transaction(moves -> {
            long stored = moves.enqueue(NewJob.of("a")).id();
            moves.prune(RETENTION, NOW, 0, 10);
            moves.claim(moves.register(PID, "here", 4, NOW), moves.lanesWithReady(), 1, NOW);
            moves.prune(RETENTION, NOW, 0, 10);
            return stored;
        });
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        assertThat(counts()).isEqualTo(Map.of(JobState.RUNNING, 1L));
    }

    @Test
    default void anEmptyQueueHasNothingToPrune() {
        assertThat(prune(NOW, 0, 10)).isEqualTo(new Pruned(List.of(), Pruned.NOTHING_MORE));
        assertThat(oldest()).isEmpty();
    }
}
