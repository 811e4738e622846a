package org.workerd.worker.cron;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;

/** Schedules that are changed, taken away and brought back while daemons run. */
class CronChangeTest extends CronFixture {
    @Test
    void aChangedScheduleBeginsAtTheChangeAndMissesNothing() {
        entries = List.of(entry("0 13 * * *", Missed.ALL, Overlap.QUEUE));
        turn();
        turnAt("23T13:00:00");
        turnAt("23T20:00:00");
        entries = List.of(entry("*/15 * * * *", Missed.ALL, Overlap.QUEUE));
        turnAt("23T20:01:00");
        turnAt("23T20:15:00");
        assertThat(slots()).containsExactly("23T13:00", "23T20:15");
        restart();
        entries = List.of(entry("*/5 * * * *", Missed.ALL, Overlap.QUEUE));
        turnAt("23T22:01:00");
        turnAt("23T22:05:00");
        assertThat(slots()).containsExactly("23T13:00", "23T20:15", "23T22:05");
    }

    @Test
    void whatHappensBesideTheTimesIsInForceAtOnce() {
        turn();
        entries = List.of(entry("@hourly", Missed.SKIP, Overlap.QUEUE));
        turnAt("23T13:30:00");
        assertThat(slots()).isEmpty();
    }

    @Test
    void anEntryThatWasAwayForAWhileMissedNothing() {
        List<CronEntry> all = List.of(entry("@hourly", Missed.ALL, Overlap.QUEUE));
        entries = all;
        turn();
        turnAt("23T13:00:00");
        entries = List.of();
        turnAt("23T13:30:00");
        entries = all;
        turnAt("23T20:30:00");
        turnAt("23T20:32:00");
        turnAt("23T21:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T21:00");
    }

    @Test
    void aDaemonThatIsToldOfAnEntryTakesNoSlotFromOneThatHasIt() {
        turn();
        Cron other = new Cron();
        entries = List.of();
        turn(other);
        entries = List.of(HOURLY);
        now = Instant.parse("2026-11-23T13:00:00.001Z");
        turn(other);
        turn();
        assertThat(slots()).containsExactly("23T13:00");
    }

    @Test
    void twoDaemonsThatDisagreeOnAScheduleDoNotGoOnToContradictEachOther() {
        Cron other = new Cron();
        List<CronEntry> mine = List.of(HOURLY);
        List<CronEntry> theirs = List.of(entry("30 * * * *", Missed.ONCE, Overlap.QUEUE));
        for (int minute = 0; minute <= 120; minute++) {
            now = Instant.parse("2026-11-23T12:45:00Z").plus(Duration.ofMinutes(minute));
            entries = mine;
            turn();
            entries = theirs;
            turn(other);
        }
        assertThat(slots()).containsExactly("23T13:00", "23T13:30", "23T14:00", "23T14:30");
    }
}
