package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.workerd.job.CronEntry.Due;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;

class CronEntryTest {
    private static final NewJob REPORT = NewJob.of("report", "-v");

    private static CronEntry entry(String schedule, Missed missed) {
        return new CronEntry("nightly", Schedule.parse(schedule), ZoneOffset.UTC, REPORT, missed, Overlap.SKIP);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-" + time + "Z");
    }

    @ParameterizedTest
    @CsvSource({
        "US/Eastern,       America/New_York, 0 3 * * *, true",
        "Etc/UTC,          UTC,              0 3 * * *, true",
        "Europe/Stockholm, Europe/Berlin,    0 3 * * *, true",
        "US/Eastern,       America/New_York, 0 4 * * *, false",
        "US/Central,       America/New_York, 0 3 * * *, false",
        "Europe/London,    UTC,              0 3 * * *, false",
        "Nowhere/Land,     UTC,              0 3 * * *, false",
    })
    void zonesAreComparedByTheirRulesNotByTheirNames(String known, String zone, String schedule, boolean same) {
        CronEntry entry = new CronEntry(
                "nightly", Schedule.parse("0 3 * * *"), ZoneId.of(zone), REPORT, Missed.ONCE, Overlap.SKIP);
        assertThat(entry.hasTiming(schedule + " " + known, at("23T11:00:00"))).isEqualTo(same);
    }

    @ParameterizedTest
    @EnumSource(Missed.class)
    void aSlotIsDueFromItsInstantOnAndOnlyOnce(Missed missed) {
        CronEntry entry = entry("0 * * * *", missed);
        assertThat(entry.due(at("23T11:00:00.123"), at("23T11:59:59.999"))).isEqualTo(Due.NOTHING);
        assertThat(entry.due(at("23T11:00:00.123"), at("23T12:00:00")))
                .isEqualTo(new Due(List.of(at("23T12:00:00")), false, Optional.empty()));
        assertThat(entry.due(at("23T12:00:00"), at("23T12:00:00"))).isEqualTo(Due.NOTHING);
    }

    @ParameterizedTest
    @EnumSource(Missed.class)
    void aSlotThatIsLateByAMinuteIsNotMissed(Missed missed) {
        assertThat(entry("0 * * * *", missed).due(at("23T11:00:00"), at("23T12:01:00")))
                .isEqualTo(new Due(List.of(at("23T12:00:00")), false, Optional.empty()));
    }

    /** Hourly, last run at 8, now shortly after 12, and then exactly in time at 12. */
    @ParameterizedTest
    @CsvSource({
        "ONCE, 12:01:01, 12,          true,  9",
        "ONCE, 12:00:00, 12,          false, 9",
        "SKIP, 12:01:01, '',          true,  9",
        "SKIP, 12:00:00, 12,          false, 9",
        "ALL,  12:01:01, 9 10 11 12,  true,  ''",
        "ALL,  12:00:00, 9 10 11 12,  true,  ''",
    })
    void ofSeveralMissedTheRuleSaysWhichRun(Missed missed, String now, String run, boolean late, String passedOver) {
        Due due = entry("0 * * * *", missed).due(at("23T08:00:00"), at("23T" + now));
        assertThat(due.slots())
                .extracting(slot -> slot.atZone(ZoneOffset.UTC).getHour() + "")
                .isEqualTo(run.isEmpty() ? List.of() : List.of(run.split(" ")));
        assertThat(due.late()).isEqualTo(late);
        assertThat(due.passedOver().map(slot -> slot.atZone(ZoneOffset.UTC).getHour() + ""))
                .isEqualTo(Optional.of(passedOver).filter(hour -> !hour.isEmpty()));
    }

    @Test
    void ofVeryManyMissedTheLatestThousandRun() {
        Instant now = at("23T12:00:30");
        Due due = entry("* * * * *", Missed.ALL).due(now.minus(Duration.ofDays(3_650)), now);
        assertThat(due.slots()).hasSize(1_000).isSorted().endsWith(at("23T12:00:00"));
        assertThat(due.passedOver()).isPresent();
        Due rare = entry("0 0 29 2 *", Missed.ALL).due(Instant.EPOCH, now);
        assertThat(rare.slots()).hasSize(14);
        assertThat(rare.passedOver()).isEmpty();
    }

    @Test
    void aScheduleThatIsDenseOnOneDayOfTheYearFindsItsLatest() {
        Due due =
                entry("* * 1 1 *", Missed.ALL).due(at("23T00:00:00").minus(Duration.ofDays(3_650)), at("23T00:00:00"));
        assertThat(due.slots()).hasSize(1_000).endsWith(Instant.parse("2026-01-01T23:59:00Z"));
    }

    @Test
    void aLastRunInTheFutureMakesNothingDue() {
        for (Missed missed : Missed.values()) {
            assertThat(entry("* * * * *", missed).due(at("24T12:00:00"), at("23T12:00:00")))
                    .isEqualTo(Due.NOTHING);
        }
    }

    @Test
    void slotsAreThoseOfTheZone() {
        CronEntry entry = new CronEntry(
                "a", Schedule.parse("30 2 * * *"), ZoneId.of("Europe/Berlin"), REPORT, Missed.ALL, Overlap.SKIP);
        assertThat(entry.due(Instant.parse("2026-03-28T12:00:00Z"), Instant.parse("2026-03-30T12:00:00Z"))
                        .slots())
                .containsExactly(Instant.parse("2026-03-29T01:00:00Z"), Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void onlyWhatWasMissedAndIsWantedOneByOneRunsBesideOthers() {
        Instant now = at("23T12:00:00");
        for (Missed missed : Missed.values()) {
            CronEntry entry = entry("0 * * * *", missed);
            assertThat(entry.runsBeside(entry.due(now.minusSeconds(1), now))).isFalse();
            assertThat(entry.runsBeside(entry.due(now.minusSeconds(7_201), now)))
                    .isEqualTo(missed == Missed.ALL);
        }
        CronEntry queued =
                new CronEntry("a", Schedule.parse("@hourly"), ZoneOffset.UTC, REPORT, Missed.ONCE, Overlap.QUEUE);
        assertThat(queued.runsBeside(Due.NOTHING)).isTrue();
    }

    @Test
    void theJobOfASlotShowsItAsItsTimeToRun() {
        assertThat(entry("@daily", Missed.ONCE).jobAt(at("23T00:00:00")))
                .isEqualTo(NewJob.named("report")
                        .arg("-v")
                        .runAt(at("23T00:00:00"))
                        .build());
    }

    @Test
    void anIdIsAWordLikeAName() {
        assertThatThrownBy(() -> new CronEntry(
                        "a b", Schedule.parse("@daily"), ZoneOffset.UTC, REPORT, Missed.ONCE, Overlap.SKIP))
                .hasMessageStartingWith("a cron ID must be 1 to 128");
    }
}
