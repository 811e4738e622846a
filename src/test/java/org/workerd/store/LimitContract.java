package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.in;
import static org.workerd.store.StoreFixture.prior;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.Rate;
import org.workerd.job.Verdict;

interface LimitContract extends StoreFixture {
    Limits ONE_A = new Limits(Limits.Bounds.NONE, new Limits.Bounds(Map.of("a", 1), Map.of()), Map.of());
    Limits TWO_IN_DEFAULT = new Limits(new Limits.Bounds(Map.of("default", 2), Map.of()), Limits.Bounds.NONE, Map.of());

    private List<Claim> claim(Limits limits, int most) {
        return claim(store(), limits, most);
    }

    private List<Claim> claim(JobStore daemons, Limits limits, int most) {
        long daemon = daemons.transaction(moves -> moves.register(PID, "here", 4, NOW));
        return daemons.transaction(
                moves -> moves.claim(daemon, moves.lanesWithReady(), limits, Moves.Most.of(most), NOW));
    }

    @Test
    default void aNamesLimitHoldsOverAllQueuesAndDaemons() {
        enqueue("a");
        enqueue("a");
        enqueue(in("other", "a"));
        assertThat(claim(ONE_A, 10)).hasSize(1);
        assertThat(claim(another(), ONE_A, 10)).isEmpty();
    }

    @Test
    default void aQueuesLimitHoldsOverAllNamesAndDaemons() {
        enqueue("a");
        enqueue("b");
        enqueue("c");
        enqueue(in("other", "a"));
        assertThat(claim(TWO_IN_DEFAULT, 10)).extracting(Claim::queue).containsExactly("default", "default", "other");
        assertThat(claim(another(), TWO_IN_DEFAULT, 10)).isEmpty();
    }

    @Test
    default void whatHasNoRoomHoldsNobodyUp() {
        for (int i = 0; i < 20; i++) {
            enqueue(prior("a", 100));
        }
        enqueue("b");
        assertThat(claim(ONE_A, 2)).extracting(Claim::name).containsExactly("a", "b");
    }

    @Test
    default void whatEndsInThisTransactionMakesRoomInIt() {
        enqueue("a");
        enqueue("a");
        Claim first = claim(ONE_A, 10).get(0);
        long daemon = register();
        List<Claim> next = store().transaction(moves -> {
            moves.finish(first, done(), PID, NOW);
            return moves.claim(daemon, moves.lanesWithReady(), ONE_A, Moves.Most.of(10), NOW);
        });
        assertThat(next).hasSize(1);
    }

    @Test
    default void whatIsClaimedTwiceInATransactionIsCountedTogether() {
        enqueue("a");
        enqueue("a");
        long daemon = register();
        List<Claim> again = store().transaction(moves -> {
            List<Moves.Lane> lanes = moves.lanesWithReady();
            assertThat(moves.claim(daemon, lanes, ONE_A, Moves.Most.of(10), NOW))
                    .hasSize(1);
            return moves.claim(daemon, lanes, ONE_A, Moves.Most.of(10), NOW);
        });
        assertThat(again).isEmpty();
    }

    @Test
    default void moreThanALoweredLimitMayStillEnd() {
        enqueue("a");
        enqueue("a");
        enqueue("a");
        List<Claim> claims = claim(Limits.NONE, 2);
        assertThat(claim(ONE_A, 1)).isEmpty();
        finish(claims.get(0), done());
        assertThat(claim(ONE_A, 1)).isEmpty();
        finish(claims.get(1), done());
        assertThat(claim(ONE_A, 1)).hasSize(1);
    }

    private static Limits rated(String name, String rate) {
        return new Limits(Limits.Bounds.NONE, new Limits.Bounds(Map.of(), Map.of(name, Rate.parse(rate))), Map.of());
    }

    private List<Claim> claimAt(JobStore daemons, Limits limits, Instant now) {
        long daemon = daemons.transaction(moves -> moves.register(PID, "here", 4, NOW));
        return daemons.transaction(
                moves -> moves.claim(daemon, moves.lanesWithReady(), limits, Moves.Most.of(100), now));
    }

    private Optional<Instant> nextRoom(Limits limits) {
        return store().transaction(moves -> moves.nextRoom(limits));
    }

    @Test
    default void aRateHoldsOverAllDaemonsInAnyStretchOfItsLength() {
        for (int i = 0; i < 10; i++) {
            enqueue("a");
        }
        Limits limits = rated("a", "3/1m");
        JobStore other = another();
        assertThat(claim(store(), limits, 2)).hasSize(2);
        assertThat(claimAt(other, limits, NOW.plusSeconds(30))).hasSize(1);
        assertThat(claimAt(store(), limits, NOW.plusSeconds(59))).isEmpty();
        assertThat(nextRoom(limits)).hasValueSatisfying(next -> {
            assertThat(next).isBetween(NOW.plusSeconds(60), NOW.plusSeconds(61));
            assertThat(claimAt(other, limits, next)).hasSize(2);
            assertThat(claimAt(store(), limits, next)).isEmpty();
        });
    }

    @Test
    default void whatEndedCountsForTheRateAllTheSame() {
        enqueue("a");
        enqueue("a");
        Limits limits = rated("a", "1/1m");
        finish(claim(limits, 10).get(0), done());
        assertThat(claim(limits, 10)).isEmpty();
    }

    @Test
    default void aQueuesRateHoldsOverItsNamesAndNobodyElseIsHeldUp() {
        enqueue("a");
        enqueue("b");
        enqueue("c");
        enqueue(in("other", "a"));
        Limits limits = new Limits(
                new Limits.Bounds(Map.of(), Map.of("default", Rate.parse("2/1m"))), Limits.Bounds.NONE, Map.of());
        assertThat(claim(limits, 10)).extracting(Claim::queue).containsExactly("default", "default", "other");
    }

    @Test
    default void aStartCountsFromWhenItReallyBegan() {
        enqueue("a");
        enqueue("a");
        Limits limits = rated("a", "1/1m");
        Claim first = claim(limits, 10).get(0);
        inTransaction(moves -> moves.began(first, NOW.plusSeconds(5)));
        assertThat(claimAt(store(), limits, NOW.plusSeconds(63))).isEmpty();
        assertThat(nextRoom(limits)).hasValueSatisfying(next -> assertThat(next).isAfter(NOW.plusSeconds(65)));
        assertThat(claimAt(store(), limits, NOW.plusSeconds(66))).hasSize(1);
    }

    @Test
    default void whatRanAndWasPutBackWasAStart() {
        enqueue("a");
        Limits limits = rated("a", "1/1m");
        finish(claim(limits, 10).get(0), new Verdict.Rerun(DIED));
        assertThat(claim(limits, 10)).isEmpty();
    }

    @Test
    default void aClockSetBackForADayHoldsARateUpForItsOwnTimeOnly() {
        enqueue("a");
        enqueue("a");
        Limits limits = rated("a", "1/1m");
        claim(limits, 10);
        Instant before = NOW.minus(Duration.ofDays(1));
        assertThat(claimAt(store(), limits, before)).isEmpty();
        assertThat(claimAt(store(), limits, before.plusSeconds(61))).hasSize(1);
    }

    @Test
    default void aQueueOfHigherPriorityGoesBeforeAllJobsOfOthers() {
        enqueue(prior("urgent", 100));
        enqueue(in("first", "a"));
        enqueue(in("last", "a"));
        enqueue("b");
        Limits limits = new Limits(Limits.Bounds.NONE, Limits.Bounds.NONE, Map.of("first", 5, "last", -5));
        assertThat(claim(limits, 10)).extracting(Claim::queue).containsExactly("first", "default", "default", "last");
    }
}
