package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    /** The local times with their offsets, {@code HH:mm+HH:mm}, that follow this time. */
    private static String times(String schedule, String zone, String after, int count) {
        List<String> times = new ArrayList<>();
        Instant time = OffsetDateTime.parse(after).toInstant();
        for (int i = 0; i < count; i++) {
            time = Schedule.parse(schedule).next(time, ZoneId.of(zone)).orElseThrow();
            OffsetDateTime local = time.atZone(ZoneId.of(zone)).toOffsetDateTime();
            times.add(local.toLocalTime() + (local.getOffset() + "").replaceFirst(":00$", ""));
        }
        return String.join(" ", times);
    }

    private static String next(String schedule, String after) {
        return Schedule.parse(schedule)
                .next(Instant.parse(after), ZoneOffset.UTC)
                .orElseThrow()
                .toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            * * * * *           | 2026-11-23T12:00:00Z | 2026-11-23T12:01:00Z
            * * * * *           | 2026-11-23T12:00:59.999Z | 2026-11-23T12:01:00Z
            */15 * * * *        | 2026-11-23T12:45:00Z | 2026-11-23T13:00:00Z
            10-50/20 * * * *    | 2026-11-23T12:30:00Z | 2026-11-23T12:50:00Z
            5,10 3 * * *        | 2026-11-23T03:05:00Z | 2026-11-23T03:10:00Z
            30 2 * * *          | 2026-11-23T02:30:00Z | 2026-11-24T02:30:00Z
            0 0 1 * *           | 2026-12-01T00:00:00Z | 2027-01-01T00:00:00Z
            0 0 31 * *          | 2026-08-31T00:00:00Z | 2026-10-31T00:00:00Z
            0 0 29 2 *          | 2096-02-29T00:00:00Z | 2104-02-29T00:00:00Z
            0 0 * * 0           | 2026-11-23T00:00:00Z | 2026-11-29T00:00:00Z
            0 0 * * 7           | 2026-11-23T00:00:00Z | 2026-11-29T00:00:00Z
            0 0 * * sun         | 2026-11-23T00:00:00Z | 2026-11-29T00:00:00Z
            0 0 * * FRI-SUN     | 2026-11-28T00:00:00Z | 2026-11-29T00:00:00Z
            0 0 * * SUN-TUE     | 2026-11-24T00:00:00Z | 2026-11-29T00:00:00Z
            0 0 * * 5-7         | 2026-11-29T00:00:00Z | 2026-12-04T00:00:00Z
            0 9 * * MON-FRI     | 2026-11-27T09:00:00Z | 2026-11-30T09:00:00Z
            0 0 * JAN,jul *     | 2026-11-23T00:00:00Z | 2027-01-01T00:00:00Z
            @hourly             | 2026-11-23T12:34:00Z | 2026-11-23T13:00:00Z
            @daily              | 2026-11-23T12:34:00Z | 2026-11-24T00:00:00Z
            @midnight           | 2026-11-23T12:34:00Z | 2026-11-24T00:00:00Z
            @weekly             | 2026-11-23T12:34:00Z | 2026-11-29T00:00:00Z
            @monthly            | 2026-11-23T12:34:00Z | 2026-12-01T00:00:00Z
            @yearly             | 2026-11-23T12:34:00Z | 2027-01-01T00:00:00Z
            @annually           | 2026-11-23T12:34:00Z | 2027-01-01T00:00:00Z
            """)
    void theNextTimeIsTheFirstThatComesAfter(String schedule, String after, String next) {
        assertThat(next(schedule, after)).isEqualTo(next);
    }

    @Test
    void ofTwoDayFieldsEitherIsEnoughUnlessOneBeginsWithAStar() {
        assertThat(next("0 0 13 * FRI", "2026-11-20T00:00:00Z")).isEqualTo("2026-11-27T00:00:00Z");
        assertThat(next("0 0 13 * FRI", "2026-12-11T00:00:00Z")).isEqualTo("2026-12-13T00:00:00Z");
        assertThat(next("0 0 13 * *", "2026-11-20T00:00:00Z")).isEqualTo("2026-12-13T00:00:00Z");
        assertThat(next("0 0 */2 * FRI", "2026-11-20T00:00:00Z")).isEqualTo("2026-11-27T00:00:00Z");
        assertThat(next("0 0 */2 * FRI", "2026-11-27T00:00:00Z")).isEqualTo("2026-12-11T00:00:00Z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            60 * * * *    | the minute must be 0 to 59, found "60"
            * 24 * * *    | the hour must be 0 to 23, found "24"
            * * 0 * *     | the day of the month must be 1 to 31, found "0"
            * * * 13 *    | the month must be 1 to 12 or JAN to DEC, found "13"
            * * * Foo *   | the month must be 1 to 12 or JAN to DEC, found "Foo"
            * * * * 8     | the day of the week must be 0 to 7 or SUN to SAT, found "8"
            MON * * * *   | the minute must be 0 to 59, found "MON"
            * 5-3 * * *   | the hour's range must go upwards, found "5-3"
            * * * * SAT-MON | the day of the week's range must go upwards, found "SAT-MON"
            */0 * * * *   | the minute's step must be 1 to 59, found "0"
            */90 * * * *  | the minute's step must be 1 to 59, found "90"
            * * * * */7   | the day of the week's step must be 1 to 6, found "7"
            5/15 * * * *  | the minute has a step only after * or a range, as in */15 or 10-50/15, found "5/15"
            , * * * *     | the minute is a number, a range like 1-5, a list like 1,5 or a step like */5, found ""
            -5 * * * *    | the minute is a number, a range like 1-5, a list like 1,5 or a step like */5, found "-5"
            0 0 L * *     | the day of the month must be 1 to 31, found "L"
            0 0 ? * *     | the day of the month is a number, a range like 1-5, a list like 1,5 or a step like */5, found "?"
            0 0 1W * *    | the day of the month must be 1 to 31, found "1W"
            99999999999 * * * * | the minute must be 0 to 59, found "99999999999"
            * * * *       | expected five fields (minute, hour, day of the month, month, day of the week) or a word like @daily, found "* * * *"
            0 * * * * *   | expected five fields (minute, hour, day of the month, month, day of the week) or a word like @daily, found "0 * * * * *"
            ''            | expected five fields (minute, hour, day of the month, month, day of the week) or a word like @daily, found ""
            @dayly        | expected @hourly, @daily, @weekly, @monthly, @yearly or five fields, found "@dayly"
            @every 5m     | expected @hourly, @daily, @weekly, @monthly, @yearly or five fields, found "@every 5m"
            @reboot       | @reboot is no time, and workerd knows only times: enqueue the job where the machine starts its services
            0 0 31 2 *    | no such day ever comes: "0 0 31 2 *"
            0 0 30,31 2 * | no such day ever comes: "0 0 30,31 2 *"
            """)
    void aMistakeIsToldWithItsField(String schedule, String sentence) {
        assertThatThrownBy(() -> Schedule.parse(schedule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void spacesAndTabsBetweenTheFieldsDoNotMatter() {
        assertThat(Schedule.parse(" 0\t0  * * * ")).isEqualTo(Schedule.parse("0 0 * * *"));
        assertThat(Schedule.parse(" @daily ").text()).isEqualTo("@daily");
    }

    /** Europe/Berlin 2026: 29 March 02:00 → 03:00, 25 October 03:00 → 02:00. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            30 2 * * *      | 2026-03-28T12:00+01:00 | 03:00+02 02:30+02
            0 2 * * *       | 2026-03-28T12:00+01:00 | 03:00+02 02:00+02
            0 3 * * *       | 2026-03-28T12:00+01:00 | 03:00+02 03:00+02
            30 2,3 * * *    | 2026-03-28T12:00+01:00 | 03:00+02 03:30+02 02:30+02
            */20 2 * * *    | 2026-03-28T12:00+01:00 | 03:00+02 02:00+02 02:20+02
            */20 1-3 * * *  | 2026-03-29T01:20+01:00 | 01:40+01 03:00+02 03:20+02 03:40+02 01:00+02
            0 */2 * * *     | 2026-03-28T23:00+01:00 | 00:00+01 03:00+02 04:00+02
            30 2 29 3 *     | 2026-03-28T12:00+01:00 | 03:00+02 02:30+02
            */15 * * * *    | 2026-03-29T01:30+01:00 | 01:45+01 03:00+02 03:15+02
            30 * * * *      | 2026-03-29T00:30+01:00 | 01:30+01 03:30+02 04:30+02
            @hourly         | 2026-03-29T00:30+01:00 | 01:00+01 03:00+02 04:00+02
            30 2 * * *      | 2026-10-24T12:00+02:00 | 02:30+02 02:30+01
            30 2 25 10 *    | 2026-10-24T12:00+02:00 | 02:30+02 02:30+02
            0 3 * * *       | 2026-10-24T12:00+02:00 | 03:00+01 03:00+01
            */20 2 * * *    | 2026-10-25T02:20+02:00 | 02:40+02 02:00+01 02:20+01
            30 2 * * *      | 2026-10-25T02:10+01:00 | 02:30+01
            */30 1-3 * * *  | 2026-10-25T01:30+02:00 | 02:00+02 02:30+02 03:00+01 03:30+01
            */30 * * * *    | 2026-10-25T01:30+02:00 | 02:00+02 02:30+02 02:00+01 02:30+01 03:00+01
            30 * * * *      | 2026-10-25T01:30+02:00 | 02:30+02 02:30+01 03:30+01
            """)
    void onTheDaysOnWhichBerlinSetsItsClocks(String schedule, String after, String times) {
        assertThat(times(schedule, "Europe/Berlin", after, times.split(" ").length))
                .isEqualTo(times);
    }

    /** America/New_York 2026: 8 March 02:00 → 03:00, 1 November 02:00 → 01:00. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            15 2 * * *      | 2026-03-07T12:00-05:00 | 03:00-04 02:15-04
            */15 * * * *    | 2026-03-08T01:30-05:00 | 01:45-05 03:00-04 03:15-04
            15 1 * * *      | 2026-10-31T12:00-04:00 | 01:15-04 01:15-05
            15 2 * * *      | 2026-10-31T12:00-04:00 | 02:15-05 02:15-05
            0,30 * * * *    | 2026-11-01T00:30-04:00 | 01:00-04 01:30-04 01:00-05 01:30-05 02:00-05
            """)
    void onTheDaysOnWhichNewYorkSetsItsClocks(String schedule, String after, String times) {
        assertThat(times(schedule, "America/New_York", after, times.split(" ").length))
                .isEqualTo(times);
    }

    /** Australia/Lord_Howe 2026: 4 October 02:00 → 02:30, 5 April 02:00 → 01:30. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            15 2 * * *      | 2026-10-03T12:00+10:30 | 02:30+11 02:15+11
            45 2 * * *      | 2026-10-03T12:00+10:30 | 02:45+11 02:45+11
            0 * * * *       | 2026-10-04T00:00+10:30 | 01:00+10:30 02:30+11 03:00+11
            */10 * * * *    | 2026-10-04T01:40+10:30 | 01:50+10:30 02:30+11 02:40+11
            45 1 * * *      | 2026-04-04T12:00+11:00 | 01:45+11 01:45+10:30
            15 1 * * *      | 2026-04-04T12:00+11:00 | 01:15+11 01:15+10:30
            */15 * * * *    | 2026-04-05T01:15+11:00 | 01:30+11 01:45+11 01:30+10:30 01:45+10:30 02:00+10:30
            """)
    void onTheDaysOnWhichLordHoweSetsItsClocksByHalfAnHour(String schedule, String after, String times) {
        assertThat(times(schedule, "Australia/Lord_Howe", after, times.split(" ").length))
                .isEqualTo(times);
    }

    /** Samoa left the 30th of December 2011 out, Cairo sets its clocks at midnight. */
    @Test
    void aDayMayBeginLateOrBeMissing() {
        assertThat(times("@daily", "Africa/Cairo", "2026-04-23T12:00+02:00", 2)).isEqualTo("01:00+03 00:00+03");
        assertThat(times("0 12 * * *", "Pacific/Apia", "2011-12-29T12:00-10:00", 2))
                .isEqualTo("00:00+14 12:00+14");
    }
}
