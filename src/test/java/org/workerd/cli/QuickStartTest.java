package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;
import picocli.CommandLine;

/** What reads start and run quickly reads them as picocli does, or leaves them to picocli. */
final class QuickStartTest {
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
        assertThat(quick(line.split(" "))).isPresent().isEqualTo(slow(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"stop", "start now", "start --help", "run --odd", "run --adopt five", "run -c a.toml", "-c run"})
    void leavesTheRestToPicocli(String line) {
        assertThat(quick(line.split(" "))).isEmpty();
    }

    @Test
    void neverReadsALineInAnotherWay() {
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            List<String> line = new ArrayList<>(List.of(random.nextBoolean() ? "start" : "run"));
            for (int words = random.nextInt(5); words > 0; words--) {
                line.add(random.nextInt(line.size() + 1), WORDS.get(random.nextInt(WORDS.size())));
            }
            String[] words = line.toArray(String[]::new);
            Optional<List<Object>> quick = quick(words);
            if (quick.isPresent()) {
                read++;
                assertThat(quick).as(String.join("|", words)).isEqualTo(slow(words));
            }
        }
        assertThat(read).isGreaterThan(500);
    }

    private static Optional<List<Object>> quick(String... words) {
        Main main = main();
        return QuickStart.read(main, words).map(command -> contents(main, command));
    }

    /** Empty: picocli finds it wrong, or asks for something else. */
    private static Optional<List<Object>> slow(String... words) {
        Main main = main();
        try {
            CommandLine.ParseResult result =
                    main.commandLine(Commands.asked(words)).parseArgs(words);
            if (result.isUsageHelpRequested() || result.isVersionHelpRequested() || !result.hasSubcommand()) {
                return Optional.empty();
            }
            return Optional.of(contents(main, result.subcommand().commandSpec().userObject()));
        } catch (CommandLine.ParameterException wrong) {
            return Optional.empty();
        }
    }

    private static List<Object> contents(Main main, Object command) {
        return command instanceof Run run
                ? Arrays.asList(
                        main.config, main.debug, "run", run.logsToFile, run.readyDescriptor, run.check, run.adopt)
                : Arrays.asList(main.config, main.debug, ((Start) command).getClass());
    }

    private static Main main() {
        OutputStream nowhere = OutputStream.nullOutputStream();
        return new Main(
                new Console(InputStream.nullInputStream(), nowhere, nowhere, Console.Screen.NONE),
                new Environment(Map.of(), false, 1, Path.of("/nowhere")),
                InstantSource.system());
    }
}
