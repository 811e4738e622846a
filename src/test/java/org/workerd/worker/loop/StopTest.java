package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may follow on what: nobody takes back that the daemon is to end. */
class StopTest {
    @ParameterizedTest
    @CsvSource({
        "NONE, HAND_OVER DRAIN NOW",
        "HAND_OVER, NONE DRAIN NOW",
        "DRAIN, NOW",
        "NOW, NOW",
    })
    void onEachTheseMayFollow(Stop before, String next) {
        assertThat(Arrays.stream(Stop.values()).filter(before::mayBecome).map(Stop::name))
                .containsExactly(next.split(" "));
    }
}
