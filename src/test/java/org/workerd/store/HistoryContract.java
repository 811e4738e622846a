package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.workerd.job.Activity;
import org.workerd.job.Claim;
import org.workerd.job.Grain;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries.Moment;
import org.workerd.store.Moves.Past;

interface HistoryContract extends StoreFixture {
    Instant MINUTE = Instant.parse("2026-03-04T05:06:00Z");

    private Activity activity(Verdict verdict, long ranMillis) {
        enqueue("a");
        Claim claim = claimOne();
        finish(claim, verdict);
        Activity activity = new Activity();
        activity.ended(claim, verdict, ranMillis);
        return activity;
    }

    private void keep(Instant at, Past... past) {
        inTransaction(moves -> moves.keep(List.of(past), at));
    }

    private List<Moment> history(Grain grain, Duration step, @Nullable String queue) {
        try (JobQueries queries = store().queries()) {
            return queries.history(grain, MINUTE.minus(Duration.ofDays(40)), step, queue);
        }
    }

    private List<Moment> minutes() {
        return history(Grain.MINUTE, Grain.MINUTE.length(), null);
    }

    @Test
    default void whatDaemonsKeepOfOneMinuteAddsUp() {
        Activity done = activity(StoreFixture.done(), 40);
        keep(NOW, new Past("mail", "a", done), new Past("other", "a", activity(StoreFixture.dead(), 4_000)));
        another().transaction(moves -> {
            moves.keep(List.of(new Past("mail", "a", done)), NOW.plusSeconds(20));
            return true;
        });
        keep(NOW.plusSeconds(60), new Past("mail", "a", done));

        assertThat(minutes()).hasSize(2);
        Moment first = minutes().get(0);
        assertThat(first.at()).isEqualTo(MINUTE);
        assertThat(first.activity().count("done")).isEqualTo(2);
        assertThat(first.activity().count("failed")).isEqualTo(1);
        assertThat(first.activity().dead()).isEqualTo(1);
        assertThat(first.activity().ran().millis()).isEqualTo(4_080);
        assertThat(first.activity().ran().counts()).containsExactly(0, 2, 0, 0, 1, 0, 0, 0, 0, 0);
        assertThat(first.activity().waited().count()).isEqualTo(3);
        assertThat(minutes().get(1).activity().numbers()).isEqualTo(done.numbers());

        List<Moment> hours = history(Grain.HOUR, Grain.HOUR.length(), "mail");
        assertThat(hours).hasSize(1);
        assertThat(hours.get(0).activity().count("done")).isEqualTo(3);
        List<Moment> quarters = history(Grain.MINUTE, Duration.ofMinutes(15), null);
        assertThat(quarters).hasSize(1);
        assertThat(quarters.get(0).at()).isEqualTo(Instant.parse("2026-03-04T05:00:00Z"));
        assertThat(quarters.get(0).activity().ran().count()).isEqualTo(4);
    }

    @Test
    default void whatEndedWithItsDaemonIsKeptApart() {
        Verdict.AttemptRow row = new Verdict.AttemptRow("daemon died", null, null, "the daemon died");
        keep(NOW, new Past("mail", "a", activity(new Verdict.Rerun(row), 40)));
        keep(NOW, new Past("mail", "a", activity(new Verdict.Dead(row, null), 40)));
        Activity kept = minutes().get(0).activity();
        assertThat(kept.count("daemon died")).isEqualTo(2);
        assertThat(kept.count("failed")).isZero();
        assertThat(kept.dead()).isEqualTo(1);
        assertThat(kept.ran().count()).isZero();
    }

    @Test
    default void theLargestBacklogOfAStepIsKeptOverAllQueues() {
        for (int i = 0; i < 3; i++) {
            enqueue(StoreFixture.in("mail", "a"));
        }
        enqueue(StoreFixture.in("other", "b"));
        inTransaction(moves -> moves.keepBacklog(NOW));
        runOne();
        inTransaction(moves -> moves.keepBacklog(NOW.plusSeconds(1)));
        inTransaction(moves -> moves.keepBacklog(NOW.plusSeconds(60)));

        assertThat(minutes()).extracting(Moment::ready).containsExactly(4L, 3L);
        assertThat(history(Grain.HOUR, Grain.HOUR.length(), null))
                .extracting(Moment::ready)
                .containsExactly(4L);
        assertThat(history(Grain.MINUTE, Duration.ofMinutes(15), "other"))
                .extracting(Moment::ready)
                .containsExactly(1L);
    }

    @Test
    default void nothingIsKeptOfQueuesInWhichNothingIsReady() {
        runOneOf("a");
        inTransaction(moves -> moves.keepBacklog(NOW));
        assertThat(minutes()).isEmpty();
    }

    private void runOneOf(String name) {
        enqueue(name);
        runOne();
    }

    @Test
    default void minutesAreKeptForADayAndHoursForAMonth() {
        keep(NOW, new Past("mail", "a", activity(StoreFixture.done(), 40)));
        prune(NOW.plus(Duration.ofHours(24)));
        assertThat(minutes()).hasSize(1);
        prune(NOW.plus(Duration.ofHours(26)));
        assertThat(minutes()).isEmpty();
        assertThat(history(Grain.HOUR, Grain.HOUR.length(), null)).hasSize(1);
        prune(NOW.plus(Duration.ofDays(32)));
        assertThat(history(Grain.HOUR, Grain.HOUR.length(), null)).isEmpty();
    }

    private void prune(Instant now) {
        Retention forever = new Retention(Duration.ofDays(999), Duration.ofDays(999), Duration.ofDays(999));
        inTransaction(moves -> moves.prune(forever, now, 0, 10));
    }

    /** A first attempt has waited since the job was enqueued, or due if that was later; of others nobody knows. */
    @Test
    default void aFirstClaimKnowsHowLongTheJobWasReady() {
        Instant enqueued = view(enqueue("a")).createdAt();
        Claim first = claimAt(enqueued.plusSeconds(60));
        assertThat(first.waitedMillis()).isEqualTo(60_000);
        finish(first, new Verdict.Retry(FAILED, enqueued.plusSeconds(70)));
        promote(enqueued.plusSeconds(80));
        assertThat(claimAt(enqueued.plusSeconds(90)).waitedMillis()).isNull();

        enqueue(NewJob.named("b").runAt(enqueued.plusSeconds(100)).build());
        promote(enqueued.plusSeconds(101));
        assertThat(claimAt(enqueued.plusSeconds(103)).waitedMillis()).isEqualTo(3_000);
    }

    @Test
    default void byAClockThatWasSetBackNothingHasWaitedForLessThanNothing() {
        Instant enqueued = view(enqueue("a")).createdAt();
        assertThat(claimAt(enqueued.minusSeconds(60)).waitedMillis()).isZero();
    }

    private Claim claimAt(Instant now) {
        long daemon = register();
        return store().transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 1, now))
                .get(0);
    }
}
