package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reads enqueue quickly reads it as picocli does, or leaves it to picocli. */
final class QuickEnqueueTest {
    private static final QuickLines LINES = new QuickLines(QuickEnqueue::read, QuickEnqueueTest::contents);

    private static final List<String> WORDS = List.of(
            "enqueue",
            "mail",
            "a b",
            "",
            " ",
            "-",
            "--",
            "x=y",
            "@file",
            "'quoted'",
            "\"quoted\"",
            "-c",
            "--config",
            "conf.toml",
            "--config=a.toml",
            "-c=b.toml",
            "-cc.toml",
            "--payload",
            "--payload=",
            "--payload=-",
            "--payload=a=b",
            "--queue",
            "--queue=ci",
            "--priority",
            "--priority=7",
            "3",
            "+3",
            "-3",
            "007",
            "0x1f",
            "1_0",
            "٣",
            "1.5",
            "--delay",
            "--delay=10m",
            "10m",
            "--at",
            "2026-12-24T18:00:00+01:00",
            "18:00",
            "--at=tomorrow 10:00",
            "--key",
            "k",
            "--max-attempts",
            "--timeout",
            "--timeout=5s",
            "--tag",
            "--tag=red",
            "--after",
            "--after=12",
            "12",
            "--wait",
            "--wait-timeout",
            "--wait-timeout=1m",
            "--follow",
            "--force",
            "--json",
            "-q",
            "--wait=true",
            "--no-wait",
            "-qq",
            "--batch",
            "--batch=-",
            "--debug",
            "--help",
            "-h",
            "--version",
            "--odd",
            "-x",
            "--que",
            "--QUEUE");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "enqueue mail",
                "-c a.toml enqueue mail ann@example.org bob",
                "enqueue --config=a.toml mail",
                "enqueue mail --payload @letter.txt --delay 10m --queue=ci --priority 5 --key k --max-attempts 3",
                "enqueue build -q --json --wait --force --after 1 --after=2 --tag a --tag=b --timeout 5s --follow --wait-timeout=1h -- make -j4 -- all",
            })
    void readsTheUsualLines(String line) {
        assertThat(LINES.quick(line.split(" "))).isPresent().isEqualTo(LINES.slow(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "enqueue",
                "enqueue --batch jobs.jsonl",
                "enqueue mail --priority high",
                "enqueue mail --delay soon",
                "enqueue mail --queue",
                "enqueue mail --queue a --queue b",
                "enqueue mail --odd",
                "enqueue mail --help",
                "--json enqueue mail",
                "-c a.toml enqueue mail --config b.toml",
            })
    void leavesTheRestToPicocli(String line) {
        assertThat(LINES.quick(line.split(" "))).isEmpty();
    }

    @Test
    void neverReadsALineInAnotherWay() {
        assertThat(LINES.compare(6_000, List.of(List.of("enqueue", "mail")), WORDS))
                .isGreaterThan(600);
    }

    private static List<Object> contents(Object asked) {
        Enqueue command = (Enqueue) asked;
        JobOptions options = command.options;
        return Arrays.asList(
                command.name,
                command.args,
                command.wait,
                command.waitTimeout,
                command.follow,
                command.force,
                command.json,
                command.quiet,
                command.batch,
                options.payload,
                options.queue,
                options.priority,
                options.delay,
                options.at,
                options.key,
                options.maxAttempts,
                options.timeout,
                options.after,
                options.tags);
    }
}
