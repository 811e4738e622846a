package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.Tool;

/** The script of {@code completion bash}, in a real bash; for the other shells see {@link OtherShellsTest}. */
final class CompletionTest {
    private static final String PRESS_TAB =
            """
            . "$1"; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _workerd
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    @TempDir
    Path directory;

    private Cli cli;
    private Path script;

    @BeforeEach
    void print() throws IOException {
        cli = new Cli(directory);
        cli.settings("[queues.bulk]\nconcurrency = 2\n[queues.\"slow\"]\nconcurrency = 1\n"
                + "[cron.nightly]\nschedule = \"@daily\"\nname = \"mail\"\n");
        Files.writeString(directory.resolve("handlers/README"), "not executable");
        script = Files.writeString(
                directory.resolve("completion"), cli.run("completion", "bash").out());
    }

    /** What bash offers for the last of these words; those of the default configuration unless they say another. */
    private List<String> offered(List<String> words) throws IOException, InterruptedException {
        return offered("", words);
    }

    private List<String> offered(String before, List<String> words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(
                List.of(Tool.needed("bash").toString(), "-uec", before + PRESS_TAB, "press-tab", script.toString()));
        line.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("WORKERD_"));
        builder.environment()
                .putAll(Map.of(
                        "WORKERD_CONFIG", directory.resolve("workerd.toml").toString(), "HOME", "/nonexistent"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.isBlank() ? List.of() : output.lines().toList();
    }

    private List<String> offered(String words) throws IOException, InterruptedException {
        // The one that is begun is the last, even when nothing of it is there.
        return offered(List.of(words.replaceFirst("_$", "").split(" ", -1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    workerd en                            | enqueue
                    workerd re                            | retry resume restart reload
                    workerd enqueue --pri                 | --priority
                    workerd enqueue ma                    | mail
                    workerd enqueue _                     | mail resize
                    workerd try --timeout 5s res          | resize
                    workerd enqueue --queue _             | default bulk slow
                    workerd enqueue --queue = b           | bulk
                    workerd pause s                       | slow
                    workerd list --state d                | done dead
                    workerd list --state done,d           | done,done done,dead
                    workerd list --state = ca             | cancelled
                    workerd list --name m                 | mail
                    workerd --ver                         | --version
                    workerd help back                     | backup
                    workerd completion _                  | bash zsh fish
                    workerd cron _                        | next run disable enable import
                    workerd cron next _                   | nightly
                    workerd list --cron n                 | nightly
                    workerd config --get daemon.          | daemon.pidfile daemon.drain_timeout daemon.handover_timeout daemon.dir
                    workerd config --get jobs.t           | jobs.timeout
                    """)
    void offersWhatMayStandThere(String words, String offers) throws IOException, InterruptedException {
        assertThat(offered(words)).containsExactly(offers.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "workerd show _",
        "workerd enqueue --delay _",
        "workerd enqueue -- --pri",
        "workerd enqueue mail _",
        "workerd enqueue --key _",
        "workerd nosuch _",
        "workerd list --state = x"
    })
    void offersNothingWhereItKnowsNothing(String words) throws IOException, InterruptedException {
        assertThat(offered(words)).isEmpty();
    }

    @Test
    void whatTheConfigurationNamesIsOfferedOnce() throws IOException, InterruptedException {
        cli.settings(
                """
                [jobs.mail]
                timeout = "1m"
                [jobs."in.java"]
                timeout = "1m"
                [ cron . nightly ]
                queue = "slow"
                [cron.hourly]
                  queue = 'bulk' # too
                [queues.bulk]
                concurrency = 2
                """);
        assertThat(offered("workerd try _")).containsExactly("mail", "in.java", "resize");
        assertThat(offered("workerd pause _")).containsExactly("default", "slow", "bulk");
        assertThat(offered("workerd cron next _")).containsExactly("nightly", "hourly");
    }

    @Test
    void aPressOfTabStartsNoProgramAndOpensNoQueue() throws IOException, InterruptedException {
        Path queue = Files.createDirectories(directory.resolve("queue"));
        Files.writeString(queue.resolve("queue.db"), "not a queue");
        String noPrograms = "PATH=/nonexistent; command_not_found_handle() { echo \"ran $1\"; };";
        assertThat(offered(noPrograms, List.of("workerd", "enqueue", ""))).containsExactly("mail", "resize");
        assertThat(offered(noPrograms, List.of("workerd", "pause", ""))).containsExactly("default", "bulk", "slow");
        assertThat(queue).isDirectoryContaining(file -> file.endsWith("queue.db"));
    }

    /** The names of files, tables and settings are anybody's; a word list is expanded like a command line. */
    @Test
    void noNameIsRunOrExpanded() throws IOException, InterruptedException {
        Path ran = directory.resolve("ran");
        for (String name : List.of(
                "$(touch ran)", "`touch ran`", "m$(touch ran)", "$HOME", "~root", "ma il", "ma;il", "-m", "*")) {
            cli.handler(name);
        }
        cli.settings("[jobs.\"$(touch ran)\"]\ntimeout = \"1m\"\n[queues.'`touch ran`']\nconcurrency = 1\n"
                + "[cron.\"$(touch ran)\"]\nqueue = '$(touch ran)'\n");
        String there = "cd '" + directory + "';";
        assertThat(offered(there, List.of("workerd", "enqueue", ""))).containsExactly("mail", "resize");
        assertThat(offered(there, List.of("workerd", "enqueue", "m"))).containsExactly("mail");
        assertThat(offered(there, List.of("workerd", "pause", ""))).containsExactly("default");
        assertThat(offered(there, List.of("workerd", "cron", "next", ""))).isEmpty();
        assertThat(offered(there, List.of("workerd", "enqueue", "$(touch ran)")))
                .isEmpty();
        assertThat(ran).doesNotExist();
    }

    @Test
    void theConfigurationThatIsNamedCounts() throws IOException, InterruptedException {
        Path other = Files.createDirectories(directory.resolve("other place/programs"));
        Files.copy(directory.resolve("handlers/mail"), other.resolve("fax"));
        Files.setPosixFilePermissions(
                other.resolve("fax"), Files.getPosixFilePermissions(directory.resolve("handlers/mail")));
        Path config = Files.writeString(
                directory.resolve("other place/workerd.toml"), "[handlers]\n  dir = 'programs' # here\n");
        assertThat(offered(List.of("workerd", "-c", config.toString(), "try", "")))
                .containsExactly("fax");
    }

    @Test
    void everyCommandAndItsOptionsAreKnown() throws IOException, InterruptedException {
        assertThat(offered("workerd _")).containsExactlyElementsOf(Commands.NAMES);
        for (String command : Commands.NAMES) {
            assertThat(offered("workerd " + command + " --hel")).as(command).containsExactly("--help");
        }
    }

    @Test
    void theScriptHasNothingThatShellcheckMinds() throws IOException, InterruptedException {
        assertThat(Tool.run("shellcheck", "-s", "bash", script.toString()).output())
                .isEmpty();
    }

    @Test
    void otherShellsAreRefused() {
        assertThat(cli.run("completion", "tcsh"))
                .isEqualTo(new Cli.Said(
                        2,
                        "",
                        "workerd: there is no completion for tcsh, only for bash, zsh, fish\n"
                                + "  Try: workerd completion --help\n"));
        assertThat(cli.run("completion").status()).isEqualTo(2);
    }
}
