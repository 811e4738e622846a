package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;

/** Everything that commands print, to the letter: for people at a terminal, for pipes, as JSON, and when they fail. */
final class GoldenTest {
    private static byte[] filled;
    private static TimeZone zone;

    private Path directory;
    private Cli cli;

    /** On a terminal times are those of the machine's clocks. */
    @BeforeAll
    static void goByOneZone() {
        zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    }

    @AfterAll
    static void goByTheMachinesZone() {
        TimeZone.setDefault(zone);
    }

    @BeforeEach
    void install() throws IOException, SQLException {
        // Always of the same length, for the width of columns depends on it.
        directory = Files.createDirectory(Path.of(
                "/var/tmp/w" + UUID.randomUUID().toString().replace("-", "").substring(0, 8)));
        cli = new Cli(directory);
        cli.settings("[queues.bulk]\nconcurrency = 2\nrate = \"100/1m\"\n[jobs.mail]\ntimeout = \"5m\"\n"
                + "[cron.nightly]\nschedule = \"30 2 * * *\"\ntimezone = \"Europe/Berlin\"\nname = \"resize\"\n");
        program("resize", "echo resizing $1; echo 640x480 >$WORKERD_RESULT");
        program("fail", "echo no >&2; exit 7");
        program("later", "echo 10m >$WORKERD_RESULT; exit 75");
        program("give-up", "exit 65");
        Files.writeString(directory.resolve("handlers/notes"), "not a program");
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void program(String name, String script) throws IOException {
        Files.writeString(cli.handler(name), "#!/bin/sh\n" + script + "\n");
    }

    /** The queue as {@link #fill} makes it; made once, for every move of it is a write to the disk. */
    private void fillAsBefore() throws IOException, SQLException {
        if (filled == null) {
            fill();
            filled = Files.readAllBytes(cli.queueFile());
        } else {
            cli.transaction(moves -> 0);
            Files.write(cli.queueFile(), filled);
        }
    }

    /** A job in every state: 1 done, 2 retrying, 3 dead, 4 cancelled, 5 running, 6 ready, 7 blocked, 8 scheduled. */
    private void fill() throws SQLException {
        cli.insert("name, payload, args", "'resize', '{\"w\": 1.50}', '[\"a b\",\"it''s\"]'");
        cli.finish(cli.claim(), new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), "640x480"));
        cli.insert("name, max_attempts", "'mail', 3");
        cli.finish(
                cli.claim(),
                new Verdict.Retry(
                        new Verdict.AttemptRow("failed", 7, null, "exit code 7"), Cli.NOW.plus(Duration.ofMinutes(5))));
        cli.insert("name, payload", "'mail', 'Dear Ann'");
        cli.finish(cli.claim(), Cli.dead("failed", null, 9, "killed by signal 9"));
        cli.insert("name, queue", "'mail', 'slow'");
        cli.finish(cli.claim(), Cli.cancelled());
        cli.insert("name", "'resize'");
        Claim running = cli.claim();
        assertThat(running.jobId()).isEqualTo(5);
        cli.insert("name, queue, priority, key", "'mail', 'bulk', -5, 'k'");
        cli.insert("name, \"after\", timeout_ms", "'mail', '[6]', 90000");
        cli.insert("name, run_at", "'lost', " + Cli.NOW.plus(Duration.ofDays(2)).toEpochMilli());
        cli.transaction(moves -> moves.pause("slow", Cli.NOW.minusSeconds(60)));
    }

    private void run(Golden.Case one) throws IOException {
        if (one.columns() > 0) {
            cli.onTerminal(one.columns());
        }
        cli.withInput("{\"name\":\"mail\"}\n{\"name\":\"resize\",\"args\":[\"b\"],\"key\":\"k\"}\n");
        List<String> line = new ArrayList<>(one.line());
        line.replaceAll(word -> word.matches("copy.db|missing|new|\\.|queue|no/copy|workerd.toml")
                ? directory.resolve(word).normalize().toString()
                : word);
        Golden.compare(one, cli.run(line.toArray(String[]::new)), directory);
    }

    @ParameterizedTest
    @MethodSource("org.workerd.cli.GoldenCases#reading")
    void reading(Golden.Case one) throws IOException, SQLException {
        fillAsBefore();
        run(one);
    }

    @ParameterizedTest
    @MethodSource("org.workerd.cli.GoldenCases#changing")
    void changing(Golden.Case one) throws IOException, SQLException {
        fillAsBefore();
        run(one);
    }

    @ParameterizedTest
    @MethodSource("org.workerd.cli.GoldenCases#mistakes")
    void mistakes(Golden.Case one) throws IOException, SQLException {
        fillAsBefore();
        run(one);
    }

    @ParameterizedTest
    @MethodSource("org.workerd.cli.GoldenCases#help")
    void help(Golden.Case one) throws IOException {
        run(one);
    }

    @Test
    void noFileBelongsToNoCase() throws IOException {
        assertThat(Golden.unused(GoldenCases.all())).isEmpty();
    }
}
