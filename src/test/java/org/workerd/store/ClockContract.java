package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.due;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.workerd.job.Verdict;

/** Of engines whose time is that of a machine's clock, which somebody may set. */
public interface ClockContract extends StoreFixture {
    private Duration alignClock(String boot, Duration ahead) {
        return store().transaction(moves -> moves.alignClock(boot, ahead));
    }

    @Test
    default void whenTheClockIsSetWhatWaitsToBeTriedAgainWaitsOnForAsLongAsWasLeft() {
        Duration ahead = Duration.ofDays(20_000);
        Duration day = Duration.ofDays(1);
        long retrying = enqueue("a");
        finish(claimOne(), retryIn(Duration.ofSeconds(16)));
        long snoozing = enqueue("a");
        finish(claimOne(), new Verdict.Snooze(FAILED, NOW.plusSeconds(60)));
        long told = enqueue(due(NOW.plusSeconds(100)));
        assertThat(alignClock("boot", ahead)).isZero();
        assertThat(alignClock("boot", ahead.minus(day))).isEqualTo(day.negated());
        assertThat(view(retrying).runAt()).isEqualTo(NOW.plusSeconds(16).minus(day));
        assertThat(view(snoozing).runAt()).isEqualTo(NOW.plusSeconds(60).minus(day));
        assertThat(view(told).runAt()).isEqualTo(NOW.plusSeconds(100));
        // The second daemon that sees it moves nothing again.
        assertThat(alignClock("boot", ahead.minus(day))).isZero();
        assertThat(alignClock("boot", ahead)).isEqualTo(day);
        assertThat(view(retrying).runAt()).isEqualTo(NOW.plusSeconds(16));
    }

    @Test
    default void aClockThatDriftsOrAnotherBootMovesNothing() {
        long retrying = enqueue("a");
        finish(claimOne(), retryIn(Duration.ofSeconds(16)));
        alignClock("boot", Duration.ofDays(20_000));
        assertThat(alignClock("boot", Duration.ofDays(20_000).plusSeconds(59))).isZero();
        assertThat(alignClock("other", Duration.ofDays(3))).isZero();
        assertThat(alignClock("other", Duration.ofDays(3).plusSeconds(59))).isZero();
        assertThat(view(retrying).runAt()).isEqualTo(NOW.plusSeconds(16));
    }
}
