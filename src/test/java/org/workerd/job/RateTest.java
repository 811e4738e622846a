package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @Test
    void aRateIsReadAndShownAsPeopleWriteIt() {
        assertThat(Rate.parse("100/1m")).isEqualTo(new Rate(100, Duration.ofMinutes(1)));
        assertThat(Rate.parse("1/90s")).hasToString("1/90s");
        assertThat(Rate.parse("3/1000ms")).hasToString("3/1s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "100/", "/1m", "100/m", "-1/1m", "1.5/1m", "100/1m/2", "100 / 1m", "1e3/1m"})
    void whatIsNoRateIsToldTheForm(String text) {
        assertThatThrownBy(() -> Rate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a rate like 100/1m")
                .hasMessageEndingWith("\"" + text + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/1m", "10001/1m", "1/999ms", "1/31d"})
    void whatIsOutOfRangeIsToldTheRange(String text) {
        assertThatThrownBy(() -> Rate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 10000 starts in 1s to 30d");
    }
}
