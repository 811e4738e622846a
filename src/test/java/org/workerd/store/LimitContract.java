package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.in;
import static org.workerd.store.StoreFixture.prior;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.Limits;

interface LimitContract extends StoreFixture {
    Limits ONE_A = new Limits(Map.of(), Map.of("a", 1));
    Limits TWO_IN_DEFAULT = new Limits(Map.of("default", 2), Map.of());

    private List<Claim> claim(Limits limits, int most) {
        return claim(store(), limits, most);
    }

    private List<Claim> claim(JobStore daemons, Limits limits, int most) {
        long daemon = daemons.transaction(moves -> moves.register(PID, "here", 4, NOW));
        return daemons.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), limits, most, NOW));
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
            return moves.claim(daemon, moves.lanesWithReady(), ONE_A, 10, NOW);
        });
        assertThat(next).hasSize(1);
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
}
