package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.Moves.CronRow;

interface CronContract extends StoreFixture {
    String DAILY = "@daily UTC";

    @Test
    default void aScheduleBeginsOnce() {
        assertThat(begin(store(), DAILY, 0)).isTrue();
        assertThat(begin(another(), DAILY, 60)).isFalse();
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW, null));
    }

    @Test
    default void withAnotherTimingItBeginsAnewAndKeepsItsLastJob() {
        begin(store(), DAILY, 0);
        long job = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", job, NOW));
        assertThat(begin(store(), "@hourly UTC", 60)).isTrue();
        assertThat(cron()).containsExactly(new CronRow("nightly", "@hourly UTC", NOW.plusSeconds(60), job));
    }

    @Test
    default void onlyWhoKnowsTheLastRunCanMoveItOn() {
        begin(store(), DAILY, 0);
        assertThat(advance(store(), 1, 60)).isFalse();
        assertThat(advance(another(), 0, 60)).isTrue();
        assertThat(advance(store(), 0, 60)).isFalse();
        assertThat(advance(store(), 60, 30)).isTrue();
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW.plusSeconds(30), null));
        assertThat(store().<Boolean>transaction(moves -> moves.advanceCron("other", NOW, NOW)))
                .isFalse();
    }

    @Test
    default void theMoveAndItsJobsHappenTogetherOrNotAtAll() {
        begin(store(), DAILY, 0);
        assertThatThrownBy(() -> inTransaction(moves -> {
                    moves.advanceCron("nightly", NOW, NOW.plusSeconds(60));
                    moves.linkCron("nightly", moves.enqueue(NewJob.of("report")).id(), NOW);
                    throw new IllegalStateException("the daemon dies here");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW, null));
        assertThat(counts()).isEmpty();
    }

    @Test
    default void ofManyThatTryOneMovesItOn() throws Exception {
        begin(store(), DAILY, 0);
        List<JobStore> stores = List.of(another(), another(), another(), another());
        ExecutorService threads = Executors.newFixedThreadPool(stores.size());
        int moved = 0;
        for (int round = 0; round < 10; round++) {
            int from = round;
            List<Callable<Boolean>> tries = stores.stream()
                    .<Callable<Boolean>>map(store -> () -> advance(store, from, from + 1))
                    .toList();
            for (Future<Boolean> one : threads.invokeAll(tries)) {
                moved += one.get() ? 1 : 0;
            }
        }
        threads.shutdown();
        assertThat(moved).isEqualTo(10);
        assertThat(cron()).extracting(CronRow::lastRun).containsExactly(NOW.plusSeconds(10));
    }

    @Test
    default void aJobHasEndedWhenNothingOfItIsToCome() {
        long id = enqueue("report");
        assertThat(hasEnded(id)).isFalse();
        var claim = claimOne();
        assertThat(hasEnded(id)).isFalse();
        finish(claim, StoreFixture.retryIn(Duration.ofSeconds(1)));
        assertThat(hasEnded(id)).isFalse();
        promote(NOW.plusSeconds(1));
        finish(claimOne(), StoreFixture.dead());
        assertThat(hasEnded(id)).isTrue();
        inTransaction(moves -> moves.delete(id));
        assertThat(hasEnded(id)).isTrue();
    }

    @Test
    default void peopleSeeWhatAScheduleDidLast() {
        begin(store(), DAILY, 0);
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", DAILY, null, null, null));
        long id = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", id, NOW.minusSeconds(7)));
        assertThat(views())
                .containsExactly(new JobQueries.CronView("nightly", DAILY, id, NOW.minusSeconds(7), JobState.READY));
        runOne();
        inTransaction(moves -> moves.delete(id));
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", DAILY, id, NOW.minusSeconds(7), null));
    }

    @Test
    default void aJobKnowsItsScheduleUntilItIsRemoved() {
        begin(store(), DAILY, 0);
        long other = enqueue("report");
        long first = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", first, NOW));
        runOne();
        runOne();
        long second = enqueue("other");
        inTransaction(moves -> moves.linkCron("nightly", second, NOW));
        long neverBegun = enqueue("other");
        inTransaction(moves -> moves.linkCron("weekly", neverBegun, NOW));
        assertThat(List.of(other, first, second, neverBegun))
                .extracting(id -> view(id).cron())
                .containsExactly(null, "nightly", "nightly", "weekly");
        Filter nightly = Filter.ALL.withCron("nightly");
        assertThat(found(nightly)).containsExactly(second, first);
        assertThat(found(nightly.withStates(Set.of(JobState.DONE)))).containsExactly(first);
        assertThat(found(nightly.withStates(Set.of(JobState.READY)))).containsExactly(second);
        assertThat(found(nightly.withStates(Set.of(JobState.DEAD)))).isEmpty();
        assertThat(found(nightly.withName("report"))).containsExactly(first);
        assertThat(found(Filter.ALL.withCron("monthly"))).isEmpty();
        inTransaction(moves -> moves.delete(first));
        assertThat(found(nightly)).containsExactly(second);
    }

    private List<Long> found(Filter filter) {
        try (JobQueries queries = store().queries()) {
            assertThat(queries.list(filter, 20).jobs())
                    .extracting(JobView::id)
                    .isEqualTo(newestFirst(queries.ids(filter)));
            return newestFirst(queries.ids(filter));
        }
    }

    private static List<Long> newestFirst(List<Long> ids) {
        return ids.stream().sorted(java.util.Comparator.reverseOrder()).toList();
    }

    private boolean hasEnded(long id) {
        return store().transaction(moves -> moves.hasEnded(id));
    }

    private static boolean begin(JobStore store, String timing, int seconds) {
        return store.transaction(moves -> moves.beginCron("nightly", timing, NOW.plusSeconds(seconds)));
    }

    private static boolean advance(JobStore store, int from, int to) {
        return store.transaction(moves -> moves.advanceCron("nightly", NOW.plusSeconds(from), NOW.plusSeconds(to)));
    }

    private List<CronRow> cron() {
        return store().transaction(Moves::cron);
    }

    private List<JobQueries.CronView> views() {
        try (JobQueries queries = store().queries()) {
            return List.copyOf(queries.cron().values());
        }
    }
}
