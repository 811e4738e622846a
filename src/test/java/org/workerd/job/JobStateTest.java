package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStateTest {
    @ParameterizedTest
    @CsvSource({
        "blocked, scheduled ready cancelled",
        "scheduled, ready cancelled",
        "ready, running cancelled",
        "running, scheduled ready retrying done dead cancelled",
        "retrying, ready cancelled",
        "done, ''",
        "dead, blocked ready",
        "cancelled, blocked ready"
    })
    void everyMoveThatThereIsStandsHere(String word, String next) {
        assertThat(JobState.ofWord(word).orElseThrow().next().stream().sorted().map(JobState::word))
                .containsExactly(Arrays.stream(next.split(" "))
                        .filter(state -> !state.isEmpty())
                        .toArray(String[]::new));
    }

    @Test
    void theStatesStandInTheOrderInWhichPeopleAreShownThem() {
        assertThat(Arrays.stream(JobState.values()).map(JobState::word))
                .containsExactly("blocked", "scheduled", "ready", "running", "retrying", "done", "dead", "cancelled");
    }

    @Test
    void threeStatesAreFinal() {
        assertThat(Arrays.stream(JobState.values()).filter(JobState::isFinal))
                .containsExactly(JobState.DONE, JobState.DEAD, JobState.CANCELLED);
    }

    @Test
    void everyStateIsFoundByItsWordAndNoOtherWordIsOne() {
        assertThat(JobState.values())
                .allSatisfy(state -> assertThat(JobState.ofWord(state.word())).contains(state));
        assertThat(JobState.ofWord("DONE")).isEmpty();
        assertThat(JobState.ofWord("failed")).isEmpty();
    }
}
