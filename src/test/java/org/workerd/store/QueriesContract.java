package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.keyed;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries.Filter;

interface QueriesContract extends StoreFixture {
    @Test
    default void anUnknownJobIsNotFound() {
        try (JobQueries queries = store().queries()) {
            assertThat(queries.find(1)).isEmpty();
            assertThat(queries.attempts(1)).isEmpty();
            assertThat(queries.list(Filter.ALL, 20).jobs()).isEmpty();
            assertThat(queries.counts()).isEmpty();
        }
    }

    @Test
    default void jobsAreListedNewestFirstUpToTheLimit() {
        long a = enqueue("a");
        long b = enqueue("b");
        long c = enqueue("c");
        assertThat(ids(Filter.ALL, 20)).containsExactly(c, b, a);
        assertThat(ids(Filter.ALL, 2)).containsExactly(c, b);
    }

    @Test
    default void everyFilterLeavesOutWhatItDoesNotMean() {
        long done = enqueue("a");
        runOne();
        long dead = enqueue("a");
        finish(claimOne(), dead());
        long keyed = enqueue(keyed("k"));
        long other = enqueue(NewJob.named("b").queue("mail").build());
        assertThat(ids(states(JobState.DONE))).containsExactly(done);
        assertThat(ids(states(JobState.DEAD, JobState.DONE))).containsExactly(dead, done);
        assertThat(ids(states(JobState.READY))).containsExactly(other, keyed);
        assertThat(ids(states(JobState.BLOCKED))).isEmpty();
        assertThat(ids(Filter.ALL.withQueue("mail"))).containsExactly(other);
        assertThat(ids(Filter.ALL.withName("a"))).containsExactly(dead, done);
        assertThat(ids(Filter.ALL.withKey("k"))).containsExactly(keyed);
        assertThat(ids(Filter.ALL.withError("exit code"))).containsExactly(dead);
        assertThat(ids(Filter.ALL.withError("%"))).isEmpty();
        assertThat(ids(new Filter(
                        Set.of(JobState.DEAD), "default", "a", null, Instant.EPOCH, Instant.EPOCH, "3", null, null)))
                .containsExactly(dead);
    }

    @Test
    default void whatDiedSinceATimeIsCountedByItsError() {
        assertThat(deaths(NOW)).isEqualTo(JobQueries.Deaths.of(true, List.of()));
        enqueue("a");
        finish(claimOne(), dead());
        enqueue("b");
        finish(claimOne(), dead());
        enqueue("c");
        Claim early = claimOne();
        inTransaction(moves -> moves.finish(early, dead(), PID, NOW.minusSeconds(1)));
        enqueue("d");
        runOne();
        assertThat(deaths(NOW)).isEqualTo(JobQueries.Deaths.of(true, List.of(new JobQueries.Cause("exit code 3", 2))));
        assertThat(deaths(NOW.minusSeconds(1)).count()).isEqualTo(3);
    }

    private JobQueries.Deaths deaths(Instant since) {
        try (JobQueries queries = store().queries()) {
            return queries.deathsSince(since);
        }
    }

    @Test
    default void sinceCountsFromTheTimeOfTheEnqueue() {
        long id = enqueue("a");
        Instant created = view(id).createdAt();
        assertThat(ids(Filter.ALL.withSince(created))).containsExactly(id);
        assertThat(ids(Filter.ALL.withSince(created.plusMillis(1)))).isEmpty();
    }

    @Test
    default void whatEndedLatelyIsFoundAmongWhatEndedBefore() {
        long first = enqueue("a");
        long second = enqueue("a");
        Instant end = NOW.plusSeconds(100);
        Claim early = claimOne();
        Claim late = claimOne();
        inTransaction(moves -> moves.finish(late, done(), PID, end));
        inTransaction(moves -> moves.finish(early, dead(), PID, end.minusMillis(1)));
        enqueue("a");
        assertThat(ids(Filter.ALL.withFinishedSince(end))).containsExactly(second);
        assertThat(ids(Filter.ALL.withFinishedSince(end.minusMillis(1)))).containsExactly(second, first);
        assertThat(ids(Filter.ALL.withName("a").withFinishedSince(end.plusMillis(1))))
                .isEmpty();
    }

    @Test
    default void aListSaysWhetherThereAreMore() {
        enqueue("a");
        enqueue("a");
        try (JobQueries queries = store().queries()) {
            assertThat(queries.list(Filter.ALL, 2).more()).isFalse();
            assertThat(queries.list(Filter.ALL, 1).more()).isTrue();
            assertThat(queries.list(states(JobState.READY), 2).more()).isFalse();
            assertThat(queries.list(states(JobState.READY), 1).more()).isTrue();
        }
    }

    @Test
    default void theCountsAreByQueueAndNameEveryState() {
        enqueue(NewJob.named("a").queue("mail").build());
        finish(claimOne(), done());
        enqueue("a");
        enqueue("b");
        try (JobQueries queries = store().queries()) {
            assertThat(queries.counts()).containsOnlyKeys("default", "mail");
            assertThat(queries.counts().get("default"))
                    .containsOnlyKeys(JobState.values())
                    .containsEntry(JobState.READY, 2L)
                    .containsEntry(JobState.DONE, 0L);
            assertThat(queries.counts().get("mail"))
                    .containsEntry(JobState.READY, 0L)
                    .containsEntry(JobState.DONE, 1L);
        }
    }

    @Test
    default void theNamesWithReadyJobsAreThoseThatWaitToBeClaimed() {
        enqueue("a");
        claimOne();
        enqueue("b");
        enqueue("c");
        enqueue("c");
        enqueue(StoreFixture.due(NOW));
        try (JobQueries queries = store().queries()) {
            assertThat(queries.namesWithReady()).containsExactlyInAnyOrder("b", "c");
        }
    }

    @Test
    default void theIdsOfAFilterAreAllThatMatch() {
        for (int i = 0; i < 30; i++) {
            enqueue(i % 3 == 0 ? "a" : "b");
        }
        claim(5);
        try (JobQueries queries = store().queries()) {
            assertThat(queries.ids(Filter.ALL)).hasSize(30).isSorted();
            assertThat(queries.ids(states(JobState.READY).withName("a")))
                    .containsExactly(7L, 10L, 13L, 16L, 19L, 22L, 25L, 28L);
            assertThat(queries.ids(states(JobState.DEAD))).isEmpty();
            JobQueries.Ids newest = queries.ids(states(JobState.READY).withName("a"), 2, Long.MAX_VALUE);
            assertThat(newest.ids()).hasSize(2);
            assertThat(newest.next()).isEqualTo(newest.ids().get(1));
            assertThat(queries.ids(
                                    states(JobState.READY).withName("a"),
                                    999,
                                    newest.ids().get(0))
                            .ids())
                    .startsWith(newest.ids().get(1))
                    .hasSize(queries.ids(states(JobState.READY).withName("a")).size() - 1);
            assertThat(queries.ids(states(JobState.DEAD), 2, Long.MAX_VALUE))
                    .isEqualTo(new JobQueries.Ids(List.of(), null));
        }
    }

    @Test
    default void theOldestReadyJobIsFoundBehindMoreUrgentOnes() {
        long first = enqueue(StoreFixture.prior("a", -5));
        Instant before = view(first).createdAt();
        Instant last = before;
        while (!last.isAfter(before)) {
            last = view(enqueue(StoreFixture.prior("a", 7))).createdAt();
        }
        long other = enqueue(StoreFixture.in("other", "b"));
        try (JobQueries queries = store().queries()) {
            Map<String, JobQueries.OldestReady> oldest = queries.oldestReady();
            assertThat(oldest)
                    .containsEntry("default", new JobQueries.OldestReady(first, before))
                    .containsOnlyKeys("default", "other");
            assertThat(oldest.get("other").id()).isEqualTo(other);
            assertThat(oldest.get("other").since()).isAfter(before);
        }
    }

    @Test
    default void whatWasRetriedIsReadySinceItsLastAttempt() {
        long id = enqueue("a");
        Instant end = view(id).createdAt().plusSeconds(500);
        Claim claim = claimOne();
        inTransaction(moves -> moves.finish(claim, StoreFixture.retryIn(Duration.ZERO), PID, end));
        promote(NOW);
        try (JobQueries queries = store().queries()) {
            assertThat(queries.oldestReady()).containsEntry("default", new JobQueries.OldestReady(id, end));
        }
    }

    @Test
    default void theFirstJobThatThereIsNotIsFound() {
        long id = enqueue("a");
        try (JobQueries queries = store().queries()) {
            assertThat(queries.waits().firstMissing(List.of(id))).isEmpty();
            assertThat(queries.waits().firstMissing(List.of(id, 77L, 5L, id))).contains(77L);
            assertThat(queries.waits().firstMissing(List.of())).isEmpty();
        }
    }

    @Test
    default void aDaemonsSlotsAreBusyWithWhatItClaimed() {
        enqueue("a");
        long first = register();
        long second = register();
        claim(second, 1);
        try (JobQueries queries = store().queries()) {
            assertThat(queries.daemons())
                    .containsExactly(
                            new JobQueries.DaemonView(first, PID, "here", 4, 0, NOW),
                            new JobQueries.DaemonView(second, PID, "here", 4, 1, NOW));
        }
    }

    @Test
    default void theDataVersionTellsTheCommitsOfOthersFromOurs() {
        JobStore other = another();
        try (JobQueries queries = store().queries()) {
            long before = queries.dataVersion();
            enqueue("a");
            assertThat(queries.dataVersion()).isEqualTo(before);
            other.transaction(moves -> moves.enqueue(NewJob.of("a")));
            assertThat(queries.dataVersion()).isNotEqualTo(before);
        }
    }

    private static Filter states(JobState... states) {
        return Filter.ALL.withStates(Set.of(states));
    }

    private List<Long> ids(Filter filter) {
        return ids(filter, 20);
    }

    private List<Long> ids(Filter filter, int limit) {
        try (JobQueries queries = store().queries()) {
            return queries.list(filter, limit).jobs().stream().map(JobView::id).toList();
        }
    }

    @Test
    default void questionsAtOneMomentAgreeWhateverIsWrittenMeanwhile() {
        long id = enqueue("a");
        finish(claimOne(), dead());
        JobStore other = another();
        try (JobQueries queries = store().queries()) {
            int attempts = queries.atOneMoment(() -> {
                assertThat(queries.find(id)).isPresent();
                other.transaction(moves -> moves.delete(id));
                return queries.attempts(id).size();
            });
            assertThat(attempts).isEqualTo(1);
            assertThat(queries.find(id)).isEmpty();
        }
    }

    @Test
    default void aQueueWhoseJobsAreAllGoneIsNotCounted() {
        long id = enqueue(StoreFixture.in("once", "a"));
        cancel(id);
        try (JobQueries queries = store().queries()) {
            assertThat(queries.counts()).containsOnlyKeys("once");
            inTransaction(moves -> moves.delete(id));
            assertThat(queries.counts()).isEmpty();
        }
    }
}
