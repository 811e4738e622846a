package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reads start and run quickly reads them as picocli does, or leaves them to picocli. */
final class QuickStartTest {
    private static final QuickLines LINES = new QuickLines(QuickStart::read, QuickStartTest::contents);

    private static final List<String> WORDS = List.of(
            "-c",
            "--config",
            "a.toml",
            "--config=a.toml",
            "--log",
            "--log=true",
            "--ready-descriptor",
            "--ready-descriptor=3",
            "3",
            "-3",
            "03",
            "x",
            "",
            "--check",
            "1:7",
            "--adopt",
            "--debug",
            "--help",
            "--",
            "run",
            "start",
            "stop");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start",
                "-c a.toml start",
                "run",
                "--config a.toml run --log",
                "--config /a/b.toml run --ready-descriptor 3",
                "run --check 1:4711",
                "-c a.toml run --log --adopt 5",
            })
    void readsTheUsualLines(String line) {
        assertThat(LINES.quick(line.split(" "))).isPresent().isEqualTo(LINES.slow(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"stop", "start now", "start --help", "run --odd", "run --adopt five", "run -c a.toml", "-c run"})
    void leavesTheRestToPicocli(String line) {
        assertThat(LINES.quick(line.split(" "))).isEmpty();
    }

    @Test
    void neverReadsALineInAnotherWay() {
        assertThat(LINES.compare(5_000, List.of(List.of("start"), List.of("run")), WORDS))
                .isGreaterThan(500);
    }

    private static List<Object> contents(Object command) {
        return command instanceof Run run
                ? Arrays.asList(run.logsToFile, run.readyDescriptor, run.check, run.adopt)
                : List.of();
    }
}
