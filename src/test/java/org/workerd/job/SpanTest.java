package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "10m, PT10M",
        "2h, PT2H",
        "7d, PT168H",
        "0s, PT0S",
        "007s, PT7S",
        "1h30m, PT1H30M",
        "1m30s, PT1M30S",
        "2d12h, PT60H",
        "1m1ms, PT1M0.001S",
        "1d2h3m4s5ms, PT26H3M4.005S",
        "1h90m, PT2H30M",
        "36525d, PT876600H"
    })
    void aDurationIsReadAsItIsWritten(String text, Duration span) {
        assertThat(Span.parse(text)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "s", "1", "1 s", " 1s", "1s ", "-1s", "+1s", "1.5s", "1S", "1w", "1h 5m", "5m1h", "1h1h", "1ms1s",
                "1h5", "1h-5m", "1s\n", "٣s", "1us"
            })
    void whatIsNoDurationIsRefusedWithTheForm(String text) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found \"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "36526d",
                "999999999999d",
                "999999999999h",
                "876601h",
                "52596001m",
                "36525d1ms",
                "999999999999d999999999999h"
            })
    void whatIsLongerThanAHundredYearsIsRefused(String text) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a duration is at most 36525d, was \"" + text + "\"");
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "1, 1ms", "999, 999ms", "1000, 1s", "1001, 1001ms", "60000, 1m", "90000, 90s", "86400000, 1d"})
    void theShortestFormIsWritten(long millis, String text) {
        assertThat(Span.format(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        Random random = new Random(42);
        long[] units = {1, 1_000, 60_000, 3_600_000, 86_400_000};
        for (int i = 0; i < 20_000; i++) {
            Duration span = Duration.ofMillis(random.nextInt(36_525) * units[random.nextInt(units.length)]);
            assertThat(Span.parse(Span.format(span))).isEqualTo(span);
        }
    }

    @Test
    void anyTextIsEitherADurationOrRefusedWithASentence() {
        Random random = new Random(43);
        String alphabet = "0129 .-+msdhMSµ\n\u0000é\ud83d\udd52";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(16); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertThat(Span.parse(text.toString())).isBetween(Duration.ZERO, Duration.ofDays(36_525));
                assertThat(text.toString()).matches("([0-9]+(ms|s|m|h|d))+");
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("a duration").hasMessageNotContaining("\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "45, 45ms",
        "3200, 3.2s",
        "59999, 59.9s",
        "60000, 1m 0s",
        "3599000, 59m 59s",
        "3900000, 1h 5m",
        "90000000, 1d 1h"
    })
    void peopleSeeTwoUnitsAtMost(long millis, String text) {
        assertThat(Span.brief(Duration.ofMillis(millis))).isEqualTo(text);
    }
}
