package org.workerd.worker.cron;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;

/** Whoever sets the clock neither doubles slots nor silences the schedules for ever. */
class CronClockTest extends CronFixture {
    @Test
    void aClockSetForwardByADayIsAsADayWithoutADaemon() {
        turn();
        turnAt("24T12:30:00");
        turnAt("24T12:31:00");
        assertThat(slots()).containsExactly("24T12:00");
    }

    @Test
    void aClockSetBackByADayRunsNoSlotAgain() {
        turn();
        turnAt("23T13:00:00");
        turnAt("22T13:00:00");
        turnAt("22T14:00:00");
        restart();
        turnAt("23T12:00:00");
        turnAt("23T13:00:00");
        assertThat(slots()).containsExactly("23T13:00");
        turnAt("23T14:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00");
    }

    @Test
    void aClockThatWasYearsAheadIsForgotten() {
        now = Instant.parse("2036-01-01T00:30:00Z");
        turn();
        turnAt("23T12:30:00");
        turnAt("23T12:59:00");
        assertThat(slots()).isEmpty();
        turnAt("23T13:00:00");
        turnAt("23T14:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00");
        restart();
        turnAt("23T15:00:00");
        assertThat(slots()).endsWith("23T15:00").hasSize(3);
    }

    /** Without a battery many a machine boots in 1970, until the network tells it the time. */
    @Test
    void aClockThatIsYearsBehindAtBootMissesNothingForIt() {
        entries = List.of(entry("@hourly", Missed.ALL, Overlap.QUEUE));
        turn();
        turnAt("23T13:00:00");
        restart();
        now = Instant.parse("1970-01-01T00:00:30Z");
        turn();
        turnAt("23T15:30:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00", "23T15:00");
    }
}
