package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW, true));
    }

    @Test
    default void withAnotherTimingItBeginsAnewAndKeepsItsLastJob() {
        begin(store(), DAILY, 0);
        long job = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", job, NOW));
        assertThat(begin(store(), "@hourly UTC", 60)).isTrue();
        assertThat(cron()).containsExactly(new CronRow("nightly", "@hourly UTC", NOW.plusSeconds(60), true));
        assertThat(views()).extracting(JobQueries.CronView::job).containsExactly(job);
    }

    @Test
    default void onlyWhoKnowsTheLastRunCanMoveItOn() {
        begin(store(), DAILY, 0);
        assertThat(advance(store(), 1, 60)).isFalse();
        assertThat(advance(another(), 0, 60)).isTrue();
        assertThat(advance(store(), 0, 60)).isFalse();
        assertThat(advance(store(), 60, 30)).isTrue();
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW.plusSeconds(30), true));
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
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW, true));
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
    default void aJobOfAScheduleIsUnfinishedUntilNothingOfItIsToCome() {
        long id = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", id, NOW));
        assertThat(unfinished()).contains(id);
        var claim = claimOne();
        assertThat(unfinished()).contains(id);
        finish(claim, StoreFixture.retryIn(Duration.ofSeconds(1)));
        assertThat(unfinished()).contains(id);
        promote(NOW.plusSeconds(1));
        finish(claimOne(), StoreFixture.dead());
        assertThat(unfinished()).isEmpty();
        inTransaction(moves -> moves.retry(id));
        assertThat(unfinished()).contains(id);
        finish(claimOne(), StoreFixture.dead());
        inTransaction(moves -> moves.delete(id));
        assertThat(unfinished()).isEmpty();
    }

    @Test
    default void ofSeveralJobsOfAScheduleEachCountsUntilItHasEnded() {
        long first = enqueue("report");
        long second = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", first, NOW));
        inTransaction(moves -> moves.linkCron("nightly", second, NOW));
        assertThat(unfinished()).contains(second);
        inTransaction(moves -> moves.cancel(second, "not needed", NOW));
        assertThat(unfinished()).contains(first);
    }

    @Test
    default void aDisabledScheduleStaysSoUntilItIsEnabled() {
        assertThat(disable()).as("before any daemon has begun with it").isTrue();
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", "", null, null, null, false));
        assertThat(disable()).isFalse();
        assertThat(begin(another(), DAILY, 0)).isTrue();
        assertThat(cron()).containsExactly(new CronRow("nightly", DAILY, NOW, false));
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", DAILY, null, null, null, false));
        assertThat(enable(60)).isTrue();
        assertThat(cron())
                .as("what passed meanwhile is dealt with")
                .containsExactly(new CronRow("nightly", DAILY, NOW.plusSeconds(60), true));
        assertThat(enable(90)).isFalse();
        disable();
        enable(30);
        assertThat(cron()).as("never back").containsExactly(new CronRow("nightly", DAILY, NOW.plusSeconds(60), true));
    }

    @Test
    default void aScheduleThatWasRunBeforeADaemonBeganWithItBeginsAllTheSame() {
        long id = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", id, NOW));
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", "", id, NOW, JobState.READY, true));
        assertThat(begin(store(), DAILY, 60)).isTrue();
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", DAILY, id, NOW, JobState.READY, true));
    }

    @Test
    default void peopleSeeWhatAScheduleDidLast() {
        begin(store(), DAILY, 0);
        assertThat(views()).containsExactly(new JobQueries.CronView("nightly", DAILY, null, null, null, true));
        long id = enqueue("report");
        inTransaction(moves -> moves.linkCron("nightly", id, NOW.minusSeconds(7)));
        assertThat(views())
                .containsExactly(
                        new JobQueries.CronView("nightly", DAILY, id, NOW.minusSeconds(7), JobState.READY, true));
        runOne();
        inTransaction(moves -> moves.delete(id));
        assertThat(views())
                .containsExactly(new JobQueries.CronView("nightly", DAILY, id, NOW.minusSeconds(7), null, true));
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

    private Optional<Long> unfinished() {
        return store().transaction(moves -> moves.unfinishedJobOf("nightly"));
    }

    private boolean disable() {
        return store().transaction(moves -> moves.disableCron("nightly", NOW));
    }

    private boolean enable(int seconds) {
        return store().transaction(moves -> moves.enableCron("nightly", NOW.plusSeconds(seconds)));
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
