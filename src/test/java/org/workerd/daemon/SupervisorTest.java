package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said, and to whom, is the black box's to hear; here is when the next word is due. */
final class SupervisorTest {
    private static final Duration NEVER = Duration.ofDays(1);

    @Test
    void withoutASocketThereIsNobodyToBeTold() {
        Supervisor nobody = new Supervisor(Map.of("WATCHDOG_USEC", "1000000"), 7);
        nobody.ready();
        assertThat(nobody.turn(1, true)).isEqualTo(NEVER);
    }

    @Test
    void theWatchdogHearsOfUsTwiceInItsTime() {
        Supervisor watched = new Supervisor(Map.of("NOTIFY_SOCKET", "/nowhere", "WATCHDOG_USEC", "60000000"), 7);
        assertThat(watched.turn(0, false)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void aWatchdogOfAnotherProcessOrOfNoSenseIsNotOurs() {
        Supervisor others = new Supervisor(
                Map.of("NOTIFY_SOCKET", "/nowhere", "WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "8"), 7);
        assertThat(others.turn(0, false)).isEqualTo(NEVER);
        Supervisor nonsense = new Supervisor(Map.of("NOTIFY_SOCKET", "/nowhere", "WATCHDOG_USEC", "soon"), 7);
        assertThat(nonsense.turn(0, false)).isEqualTo(NEVER);
    }

    @Test
    void aDrainAsksForMoreTimeLongBeforeItIsOver() {
        Supervisor supervisor = new Supervisor(Map.of("NOTIFY_SOCKET", "/nowhere"), 7);
        assertThat(supervisor.turn(1, true)).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(10));
    }
}
