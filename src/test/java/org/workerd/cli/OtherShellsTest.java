package org.workerd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.Tool;

/** The scripts of {@code completion zsh} and {@code completion fish}, in a real zsh, where Tab is pressed, and a real fish. */
@Timeout(120)
final class OtherShellsTest {
    private static final Path DRIVERS = Path.of("src/test/resources/completion").toAbsolutePath();
    /** Before the bar what is typed, an underscore for a space at its end; then what is offered, in any order. */
    private static final String CASES =
            """
            workerd en                     | enqueue
            workerd re                     | reload restart resume retry
            workerd enqueue --pri          | --priority
            workerd enqueue ma             | mail
            workerd enqueue _              | mail resize
            workerd try --timeout 5s res   | resize
            workerd enqueue --queue _      | bulk default slow
            workerd enqueue --queue=b      | --queue=bulk
            workerd pause s                | slow
            workerd list --state d         | dead done
            workerd list --state done,d    | done,dead done,done
            workerd list --state=ca        | --state=cancelled
            workerd list --name m          | mail
            workerd --ver                  | --version
            workerd help back              | backup
            workerd completion _           | bash fish zsh
            workerd cron _                 | disable enable import next run
            workerd cron next _            | nightly
            workerd cron import --sys      | --system
            workerd cron import ot         | other.toml
            workerd list --cron n          | nightly
            workerd config --get jobs.t    | jobs.timeout
            workerd -c other.toml pause o  | other
            workerd show _                 |
            workerd enqueue --delay _      |
            workerd enqueue -- --pri       |
            workerd enqueue --key _        |
            workerd nosuch _               |
            """;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.settings("[queues.bulk]\nconcurrency = 2\n[queues.\"slow\"]\nconcurrency = 1\n"
                + "[cron.nightly]\nschedule = \"@daily\"\nname = \"mail\"\n");
        Files.writeString(directory.resolve("handlers/README"), "not executable");
        Files.writeString(directory.resolve("other.toml"), "[queues.other]\nconcurrency = 2\n");
    }

    /** What each line gets, sorted. */
    private Map<String, List<String>> offered(String shell, String before, List<String> lines) throws Exception {
        Path script = Files.writeString(
                directory.resolve("completion"), cli.run("completion", shell).out());
        List<String> command = shell.equals("zsh")
                ? List.of("-f", DRIVERS + "/press-tab.zsh", script.toString(), directory + "/offered", before)
                : List.of("--no-config", DRIVERS + "/press-tab.fish", script.toString(), before);
        List<String> line = new java.util.ArrayList<>(List.of(Tool.needed(shell).toString()));
        line.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("WORKERD_") || name.startsWith("XDG_"));
        builder.environment()
                .putAll(Map.of(
                        "WORKERD_CONFIG",
                        directory.resolve("workerd.toml").toString(),
                        "HOME",
                        directory.resolve("home").toString(),
                        "LC_ALL",
                        "C.UTF-8",
                        "TERM",
                        "dumb"));
        Process process = builder.start();
        process.getOutputStream().write(String.join("\n", lines).concat("\n").getBytes(UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        Map<String, List<String>> offered = new TreeMap<>();
        output.lines().forEach(said -> {
            int bar = said.indexOf('|');
            assertThat(bar).as(output).isPositive();
            offered.put(said.substring(0, bar), words(said.substring(bar + 1)));
        });
        return offered;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split(" +"))
                .filter(word -> !word.isEmpty())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zsh", "fish"})
    void offersWhatMayStandThere(String shell) throws Exception {
        Map<String, List<String>> wanted = CASES.lines()
                .map(line -> line.split("\\|", 2))
                .collect(Collectors.toMap(
                        sides -> sides[0].stripTrailing().replaceFirst("_$", ""),
                        sides -> words(sides[1]),
                        (one, same) -> one,
                        TreeMap::new));
        assertThat(offered(shell, "", List.copyOf(wanted.keySet()))).isEqualTo(wanted);
    }

    /** The names of files, tables and settings are anybody's. */
    @ParameterizedTest
    @ValueSource(strings = {"zsh", "fish"})
    void noNameIsRunAndNoProgram(String shell) throws Exception {
        for (String name : List.of(
                "$(echo >ran)", "(echo >ran)", "`echo >ran`", "m$(echo >ran)", "$HOME", "ma il", "ma;il", "-m", "*")) {
            cli.handler(name);
        }
        cli.settings("[jobs.\"$(echo >ran)\"]\ntimeout = \"1m\"\n[queues.'`echo >ran`']\nconcurrency = 1\n"
                + "[cron.\"(echo >ran)\"]\nqueue = '$(echo >ran)'\n");
        String noPrograms = shell.equals("zsh")
                ? "PATH=/nonexistent; command_not_found_handler() { echo \"$1\" >>ran }"
                : "set PATH /nonexistent; function fish_command_not_found; echo $argv[1] >>ran; end";
        assertThat(offered(
                        shell,
                        noPrograms,
                        List.of("workerd enqueue ", "workerd enqueue m", "workerd pause ", "workerd cron next ")))
                .isEqualTo(Map.of(
                        "workerd enqueue ", List.of("mail", "resize"),
                        "workerd enqueue m", List.of("mail"),
                        "workerd pause ", List.of("default"),
                        "workerd cron next ", List.of()));
        assertThat(directory.resolve("ran")).doesNotExist();
        assertThat(directory.resolve("queue")).doesNotExist();
    }
}
