package org.workerd.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.cli.Cli;

/** What {@code --at} takes. */
final class WhenTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "2026-12-24T18:00:00+01:00, 2026-12-24T17:00:00Z",
        "2026-12-24 18:00:00Z, 2026-12-24T18:00:00Z",
        "14:00, 2026-11-23T13:00:00Z",
        "14:00:30, 2026-11-23T13:00:30Z",
        "9:30, 2026-11-24T08:30:00Z",
        "13:00, 2026-11-24T12:00:00Z",
        "today 9:30, 2026-11-24T08:30:00Z",
        "tomorrow 10:00, 2026-11-24T09:00:00Z",
        "tomorrow 23:59, 2026-11-24T22:59:00Z",
        "2026-12-24 18:00, 2026-12-24T17:00:00Z",
        "2026-12-24T18:00:05, 2026-12-24T17:00:05Z",
        "2026-12-24, 2026-12-23T23:00:00Z",
        "2027-07-01 12:00, 2027-07-01T10:00:00Z",
        "2027-03-28 02:30, 2027-03-28T01:30:00Z",
        "2027-10-31 02:30, 2027-10-31T00:30:00Z"
    })
    void isAnInstantOrALocalTime(String text, Instant expected) {
        assertThat(When.parse(text).at(Cli.NOW, BERLIN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    2027-02-29T10:00:00Z       | 2027-02 has 28 days
                    2027-02-29                 | 2027-02 has 28 days
                    2026-11-31 10:00           | 2026-11 has 30 days
                    2026-13-01T10:00:00Z       | there is no month 13
                    2026-00-01                 | there is no month 0
                    2026-12-24T24:00:00Z       | the hours of a day are 0 to 23
                    25:00                      | the hours of a day are 0 to 23
                    tomorrow 10:60             | an hour has the minutes 0 to 59
                    2026-12-31T23:59:60Z       | leap seconds are not supported
                    2026-12-31T23:59:61Z       | a minute has the seconds 0 to 59
                    2026-12-24T18:00:00+19:00  | an offset from UTC is at most 18:00
                    2026-12-24T18:00:00-18:01  | an offset from UTC is at most 18:00
                    """)
    void saysWhyATextIsNoTime(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> When.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not a valid time: " + why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "tomorrow", "now", "10", "10:0", "10.30", "noon", "2026-12-24T", "+1h", "١٠:٠٠", "today"})
    void saysWhatATimeLooksLike(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> When.parse(text))
                .withMessageStartingWith("expected a time like 2026-12-24T18:00:00+01:00, 2026-12-24 18:00, 18:00 or"
                        + " tomorrow 18:00, found \"" + text);
    }

    @Test
    void theInstantThatALocalTimeBecameIsSaid() throws IOException {
        Cli cli = new Cli(directory);
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone(BERLIN));
            assertThat(cli.run("enqueue", "mail", "--at", "tomorrow 10:00"))
                    .isEqualTo(new Cli.Said(0, "1\n", "workerd: it runs at 2026-11-24T10:00:00+01:00 (in 20h)\n"));
            assertThat(cli.run("enqueue", "mail", "--at", "2026-12-24T18:00:00Z")
                            .err())
                    .isEmpty();
            assertThat(cli.run("enqueue", "mail", "-q", "--at=18:00").err()).isEmpty();
        } finally {
            TimeZone.setDefault(before);
        }
        assertThat(cli.job(1).runAt()).isEqualTo("2026-11-24T09:00:00Z");
    }
}
