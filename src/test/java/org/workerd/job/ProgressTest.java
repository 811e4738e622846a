package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
    @ParameterizedTest
    @CsvSource({
        "50,50,",
        "0,0,",
        "100,100,",
        "50 half of it,50,half of it",
        "' 7%  a  b ',7,a  b",
        "33.3 a third,33,a third",
        "05 x,5,x",
    })
    void aLineSaysHowFarItIs(String line, int percent, String message) {
        assertThat(Progress.parse(line)).contains(new Progress(percent, message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "half", "-1", "101", "1000", "50x", "% 5"})
    void anyOtherLineSaysNothing(String line) {
        assertThat(Progress.parse(line)).isEmpty();
    }

    @Test
    void aLongMessageIsCut() {
        assertThat(Progress.parse("1 " + "x".repeat(5_000)).orElseThrow().message())
                .hasSize(Progress.LONGEST_MESSAGE);
    }
}
