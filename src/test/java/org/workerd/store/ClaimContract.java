package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.workerd.store.StoreFixture.prior;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

interface ClaimContract extends StoreFixture {
    @Test
    default void aClaimHoldsAllThatTheAttemptNeeds() {
        long id = enqueue(NewJob.named("mail")
                .args(List.of("a", "b"))
                .payload("p")
                .queue("slow")
                .priority(9)
                .key("k")
                .maxAttempts(3)
                .timeout(Duration.ofMillis(1500))
                .build());
        long daemon = register();
        Claim claim = claim(daemon, 5).get(0);
        assertThat(claim)
                .isEqualTo(new Claim(
                        id,
                        claim.token(),
                        claim.lane(),
                        1,
                        0,
                        NOW,
                        "mail",
                        "slow",
                        9,
                        List.of("a", "b"),
                        "p",
                        3,
                        Duration.ofMillis(1500),
                        true,
                        null,
                        claim.waitedMillis()));
        JobView job = view(id);
        assertThat(job.state()).isEqualTo(JobState.RUNNING);
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(job.startedAt()).isEqualTo(NOW);
        assertThat(attempts(id)).containsExactly(new JobView.Attempt(1, NOW, null, null, null, null, null, PID, HOST));
        assertThat(counts()).isEqualTo(Map.of(JobState.RUNNING, 1L));
    }

    @Test
    default void theHigherPriorityGoesFirstAndThenTheOlderJobOverAllLanes() {
        long c = enqueue(prior("c", 0));
        long low = enqueue(prior("a", -100));
        long a = enqueue(prior("a", 0));
        long high = enqueue(prior("b", 100));
        long b = enqueue(prior("b", 0));
        long c2 = enqueue(prior("c", 0));
        long a2 = enqueue(prior("a", 1));
        assertThat(claim(10).stream().map(Claim::jobId)).containsExactly(high, a2, c, a, b, c2, low);
    }

    @Test
    default void noMoreAreClaimedThanAskedFor() {
        for (int i = 0; i < 10; i++) {
            enqueue("job" + i % 3);
        }
        long daemon = register();
        assertThat(claim(daemon, 0)).isEmpty();
        assertThat(claim(daemon, 4)).hasSize(4);
        assertThat(claim(daemon, 4)).hasSize(4);
        assertThat(claim(daemon, 4)).hasSize(2);
        assertThat(claim(daemon, 4)).isEmpty();
        assertThat(counts()).isEqualTo(Map.of(JobState.RUNNING, 10L));
    }

    @Test
    default void lanesThatAreNotAskedForAreLeftAlone() {
        long a = enqueue(prior("a", 100));
        long b = enqueue("b");
        long daemon = register();
        List<Claim> claimed = store().transaction(moves -> {
            List<Moves.Lane> open = moves.lanesWithReady().stream()
                    .filter(lane -> lane.name().equals("b"))
                    .toList();
            return moves.claim(daemon, open, 10, NOW);
        });
        assertThat(claimed.stream().map(Claim::jobId)).containsExactly(b);
        assertThat(state(a)).isEqualTo(JobState.READY);
    }

    @Test
    default void aLaneIsAQueueAndAName() {
        enqueue("a");
        enqueue("a");
        enqueue(NewJob.named("a").queue("other").build());
        enqueue("b");
        claim(1);
        assertThat(lanes()).containsExactlyInAnyOrder("default/a", "default/b", "other/a");
        claim(3);
        assertThat(lanes()).isEmpty();
    }

    @Test
    default void aLaneNamedTwiceIsClaimedFromOnce() {
        long first = enqueue("a");
        long second = enqueue("a");
        long daemon = register();
        List<Claim> claimed = store().transaction(moves -> {
            List<Moves.Lane> twice = Stream.of(moves.lanesWithReady(), moves.lanesWithReady())
                    .flatMap(List::stream)
                    .toList();
            return moves.claim(daemon, twice, 10, NOW);
        });
        assertThat(claimed.stream().map(Claim::jobId)).containsExactly(first, second);
    }

    /** A new version in the process of a daemon goes on where the last one stopped counting. */
    @Test
    default void theTokensOfADaemonGrowOverAHandOver() {
        long daemon = register();
        enqueue("a");
        enqueue("a");
        enqueue("b");
        long last = claim(daemon, 2).get(1).token();

        JobStore next = another();
        Claim claim = next.transaction(moves -> {
                    moves.tokensBeyond(last);
                    return moves.claim(daemon, moves.lanesWithReady(), 1, NOW);
                })
                .get(0);

        assertThat(claim.token()).isGreaterThan(last);
    }

    @Test
    default void everyClaimHasATokenOfItsOwn() {
        for (int i = 0; i < 20; i++) {
            enqueue("a");
        }
        List<Claim> all = new ArrayList<>(claim(10));
        all.addAll(claim(10));
        assertThat(all.stream().map(Claim::token)).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    default void aClaimOfATransactionThatFailedNeverWas() {
        long id = enqueue("a");
        long daemon = register();
        Claim[] lost = new Claim[1];
        assertThatThrownBy(() -> inTransaction(moves -> {
                    lost[0] =
                            moves.claim(daemon, moves.lanesWithReady(), 1, NOW).get(0);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
        Claim claim = claim(daemon, 1).get(0);
        assertThat(claim.attempt()).isEqualTo(1);
        assertThat(claim.token()).isNotEqualTo(lost[0].token());
        assertThat(finish(lost[0], StoreFixture.done())).isFalse();
    }

    @Test
    default void theAttemptsAreCountedAtTheClaim() {
        long id = enqueue("a");
        for (int attempt = 1; attempt <= 3; attempt++) {
            Claim claim = claimOne();
            assertThat(claim.attempt()).isEqualTo(attempt);
            finish(claim, retryIn(Duration.ZERO));
            promote(NOW);
        }
        assertThat(view(id).attempt()).isEqualTo(3);
    }

    @Test
    default void aDaemonsClaimsAreKnownByItsId() {
        for (int i = 0; i < 4; i++) {
            enqueue(prior("a", i));
        }
        long mine = register();
        long other = register();
        List<Claim> claimed = claim(mine, 2);
        claim(other, 1);
        List<Claim> found = store().transaction(moves -> moves.claimedBy(mine));
        assertThat(found).usingRecursiveFieldByFieldElementComparator().containsExactlyInAnyOrderElementsOf(claimed);
        finish(claimed.get(0), StoreFixture.done());
        assertThat(store().<List<Claim>>transaction(moves -> moves.claimedBy(mine)))
                .containsExactly(claimed.get(1));
        assertThat(store().<List<Claim>>transaction(moves -> moves.claimedBy(999)))
                .isEmpty();
    }

    @Test
    default void aDaemonIsForgottenOnlyWithoutClaims() {
        enqueue("a");
        long daemon = register();
        assertThat(store().transaction(Moves::daemons))
                .containsExactly(new Moves.DaemonRow(daemon, PID, "here", 4, NOW));
        Claim claim = claim(daemon, 1).get(0);
        assertThat(store().<Boolean>transaction(moves -> moves.unregister(daemon)))
                .isFalse();
        finish(claim, new Verdict.GiveBack(null));
        assertThat(store().<Boolean>transaction(moves -> moves.unregister(daemon)))
                .isTrue();
        assertThat(store().transaction(Moves::daemons)).isEmpty();
        assertThat(store().<Boolean>transaction(moves -> moves.unregister(daemon)))
                .isFalse();
    }

    @Test
    default void aDaemonsSlotsCanChange() {
        long daemon = register();
        assertThat(store().<Boolean>transaction(moves -> moves.resize(daemon, 7)))
                .isTrue();
        assertThat(store().transaction(Moves::daemons))
                .containsExactly(new Moves.DaemonRow(daemon, PID, "here", 7, NOW));
        assertThat(store().<Boolean>transaction(moves -> moves.resize(daemon + 1, 7)))
                .isFalse();
    }

    @Test
    default void noDaemonGetsTheIdOfAnEarlierOne() {
        long first = register();
        inTransaction(moves -> moves.unregister(first));
        assertThat(register()).isGreaterThan(first);
    }

    private List<String> lanes() {
        return store().transaction(Moves::lanesWithReady).stream()
                .map(lane -> lane.queue() + "/" + lane.name())
                .toList();
    }

    @Test
    default void noMoreIsClaimedThanThereIsRoomForWhatJobsAreGiven() {
        String large = "x".repeat(1_000);
        for (int i = 0; i < 10; i++) {
            enqueue(NewJob.named("a").arg("12345").payload(large).build());
        }
        long daemon = register();
        Moves.Most most = new Moves.Most(8, 5_000);
        List<Claim> claimed =
                store().transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), Limits.NONE, most, NOW));
        assertThat(claimed).extracting(Claim::size).containsExactly(2_138L, 2_138L, 2_138L);
        assertThat(most.isNothing()).isFalse();
        assertThat(most.without(claimed).isNothing()).isTrue();
        assertThat(claim(daemon, 8)).hasSize(7);
    }
}
