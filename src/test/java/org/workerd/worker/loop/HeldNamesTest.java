package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.job.Outcome;

@Timeout(60)
class HeldNamesTest {
    private static final Outcome BUSY = new Outcome.HandlerUnusable(126, "it is open for writing");

    private final HeldNames held = new HeldNames();

    /** However long the test itself is held up, from the moment before it was held on. */
    private void assertPause(Duration expected, long since) {
        Duration left = held.untilNext().orElse(Duration.ZERO);
        assertThat(left).isLessThanOrEqualTo(expected);
        assertThat(left.plusNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(expected);
    }

    private void awaitNextTry() {
        await().until(() -> !held.isHeld("resize"));
        assertThat(held.untilNext()).isEmpty();
    }

    @Test
    void theNameIsHeldForLongerEachTimeAndNoOther() {
        for (int millis : new int[] {100, 200, 400, 800, 1000, 1000}) {
            long since = System.nanoTime();
            held.ended("resize", BUSY);
            assertThat(held.isHeld("mail")).isFalse();
            assertPause(Duration.ofMillis(millis), since);
            awaitNextTry();
        }
    }

    @Test
    void ofSeveralThatWereClaimedTogetherTheFirstOneCounts() {
        // It ends within the first one's hold, unless the machine is too busy for that.
        for (boolean together = false; !together; ) {
            HeldNames fresh = new HeldNames();
            fresh.ended("resize", BUSY);
            fresh.ended("resize", BUSY);
            together = fresh.isHeld("resize")
                    && fresh.untilNext().orElse(Duration.ZERO).toMillis() <= 100;
        }
    }

    @Test
    void whatRunsIsNotHeldAnyMoreAndAShortMachineProvesNothing() {
        held.ended("resize", BUSY);
        awaitNextTry();
        held.ended("resize", new Outcome.NotStarted("no free threads"));
        long since = System.nanoTime();
        held.ended("resize", BUSY);
        assertPause(Duration.ofMillis(200), since);
        held.ended("resize", new Outcome.Exited(0, null, null, null));
        assertThat(held.isHeld("resize")).isFalse();
        assertThat(held.untilNext()).isEmpty();
    }
}
