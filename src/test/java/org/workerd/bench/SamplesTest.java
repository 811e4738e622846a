package org.workerd.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of repeats: one number, and a ratio of two. */
class SamplesTest {
    @Test
    void theMedianIsTheOneInTheMiddleOrTheMeanOfTwo() {
        assertThat(new Samples(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2.0);
        assertThat(new Samples(List.of(9.0, 1.0, 2.0, 4.0)).median()).isEqualTo(3.0);
        assertThat(new Samples(List.of(7.0)).median()).isEqualTo(7.0);
    }

    @Test
    void oneInAHundredIsAboveTheNinetyNinthPercentile() {
        List<Double> hundred =
                IntStream.rangeClosed(1, 100).mapToObj(Double::valueOf).toList();
        assertThat(new Samples(hundred).percentile(99)).isEqualTo(99.0);
        assertThat(new Samples(List.of(3.0, 1.0)).percentile(99)).isEqualTo(3.0);
    }

    @Test
    void nothingMeasuredIsNoSample() {
        assertThatThrownBy(() -> new Samples(List.of())).hasMessage("there must be at least one sample");
    }

    @Test
    void theRatioIsOursToTheLimitByTheirMedians() {
        Samples two = new Samples(List.of(2.0));
        Figure.Limit limit = new Figure.Limit("bare", new Samples(List.of(8.0)));
        assertThat(new Figure("a", "a", Unit.MILLIS, two, limit).ratio()).isEqualTo(0.25);
        assertThat(new Figure("a", "a", Unit.MILLIS, two, null).ratio()).isNull();
    }

    @Test
    void aValueHasThreeDigitsThatCountOrAllBeforeThePoint() {
        assertThat(Unit.PER_SECOND.format(54_321.9)).isEqualTo("54,322/s");
        assertThat(Unit.MILLIS.format(1.234)).isEqualTo("1.23 ms");
        assertThat(Unit.MILLIS.format(12.34)).isEqualTo("12.3 ms");
        assertThat(Unit.PERCENT.format(0.016)).isEqualTo("0.02 %");
    }
}
