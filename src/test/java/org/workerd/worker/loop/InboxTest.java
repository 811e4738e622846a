package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.worker.attempt.Wakeup;

class InboxTest {
    private final Inbox inbox = new Inbox(new Wakeup());
    private final Counting store = new Counting();

    /** Its transactions only count. */
    private static final class Counting implements JobStore {
        private int transactions;
        private StoreException trouble;

        @Override
        public <T> T transaction(Function<Moves, T> work) {
            transactions++;
            if (trouble != null) {
                throw trouble;
            }
            return work.apply(null);
        }

        @Override
        public void limitTransactions(Duration longest) {}

        @Override
        public JobQueries queries() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void whatWaitsIsMadeInOneTransactionAndAnsweredThen() {
        Inbox.Asked<String> one = inbox.ask(moves -> "one");
        Inbox.Asked<Integer> two = inbox.ask(moves -> 2);
        assertThat(one.answer()).isNotDone();

        inbox.carryOut(store);

        assertThat(one.answer()).isCompletedWithValue("one");
        assertThat(two.answer()).isCompletedWithValue(2);
        assertThat(store.transactions).isEqualTo(1);
    }

    @Test
    void oneThatFailsSpoilsNoOther() {
        Inbox.Asked<String> good = inbox.ask(moves -> "good");
        Inbox.Asked<String> bad = inbox.ask(moves -> {
            throw new StoreException(StoreException.Kind.INVALID, "no");
        });

        inbox.carryOut(store);

        assertThat(good.answer()).isCompletedWithValue("good");
        assertThat(bad.answer()).isCompletedExceptionally();
    }

    @Test
    void aLockedQueueIsNotTriedForEachOfThem() {
        store.trouble = new StoreException(StoreException.Kind.LOCKED, "locked");
        Inbox.Asked<String> one = inbox.ask(moves -> "one");
        Inbox.Asked<String> two = inbox.ask(moves -> "two");

        inbox.carryOut(store);

        assertThat(one.answer()).isCompletedExceptionally();
        assertThat(two.answer()).isCompletedExceptionally();
        assertThat(store.transactions).isEqualTo(1);
    }

    @Test
    void whatWasWithdrawnIsNotMade() {
        Inbox.Asked<String> asked = inbox.ask(moves -> "made");

        assertThat(inbox.withdraw(asked)).isTrue();
        inbox.carryOut(store);

        assertThat(asked.answer()).isNotDone();
        assertThat(inbox.withdraw(asked)).isFalse();
        assertThat(store.transactions).isZero();
    }

    @Test
    void closedItRefusesWhatWaitsAndWhatComes() {
        Inbox.Asked<String> waiting = inbox.ask(moves -> "waiting");

        inbox.close();

        assertThat(waiting.answer()).isCompletedExceptionally();
        assertThatThrownBy(() -> inbox.ask(moves -> "late")).isInstanceOf(Inbox.RefusedException.class);
    }

    @Test
    void moreThanItHoldsAreRefused() {
        for (int i = 0; i < 256; i++) {
            inbox.ask(moves -> "one of many");
        }

        assertThatThrownBy(() -> inbox.ask(moves -> "too many"))
                .isInstanceOf(Inbox.RefusedException.class)
                .hasMessageContaining("too many");
    }
}
