package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any words behind any command: an exit status of the contract, a sentence, and nothing stored that was not asked for. */
final class CommandFuzzTest {
    private static final Set<Integer> CODES = Set.of(0, 1, 2, 4, 6, 7, 74, 75, 124, 125);

    /** Those that neither start nor wait for anything. */
    private static final List<String> READERS = List.of(
            "list",
            "show",
            "logs",
            "queues",
            "stats",
            "handlers",
            "config",
            "help",
            "retry",
            "cancel",
            "delete",
            "prune");

    private static final List<String> WORDS = List.of(
            "--state",
            "--queue",
            "--name",
            "--key",
            "--since",
            "--error",
            "--limit",
            "--attempt",
            "--dry-run",
            "--json",
            "-q",
            "--yes",
            "dead",
            "done,dead",
            ",",
            "",
            " ",
            "1",
            "0",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "99999999999999999999",
            "0x10",
            "٣",
            "10m",
            "10",
            "-5s",
            "500ms",
            "9d9",
            "99999999999d",
            "--",
            "-",
            "-x",
            "--no-such",
            "--limit=",
            "--since=",
            "--state=",
            "é",
            "\u0000",
            "a\nb",
            "'; drop table jobs; --",
            "%s%n",
            "${x}",
            "@/nonexistent",
            "*",
            "mail",
            "--help",
            "--debug=1",
            "\uD800");

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        assertThat(cli.run("enqueue", "mail").status()).isZero();
    }

    @Test
    void whateverStandsBehindACommandIsAnsweredWithASentence() {
        Random random = new Random(20_261_123);
        for (int i = 0; i < 1_500; i++) {
            List<String> line = new ArrayList<>();
            line.add(READERS.get(random.nextInt(READERS.size())));
            for (int words = random.nextInt(5); words > 0; words--) {
                line.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            Cli.Said said = cli.run(line.toArray(String[]::new));
            assertThat(said.status()).as("%s said %s", line, said).isIn(CODES);
            if (said.status() > 1) {
                assertThat(said.err())
                        .as(line.toString())
                        .startsWith("workerd: ")
                        .doesNotContain("Exception", "\tat ");
                assertThat(said.out()).as(line.toString()).isEmpty();
            }
        }
        assertThat(cli.job(1).name()).isEqualTo("mail");
    }

    @Test
    void whatIsWrongInAnEnqueueStoresNothing() {
        Random random = new Random(7);
        List<String> options = List.of(
                "--payload",
                "--queue",
                "--priority",
                "--delay",
                "--at",
                "--key",
                "--max-attempts",
                "--timeout",
                "--after");
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            String option = options.get(random.nextInt(options.size()));
            String word = WORDS.get(random.nextInt(WORDS.size()));
            String before = cli.run("list", "-q", "--limit", "100000").out();
            Cli.Said said = cli.run("enqueue", "mail", option, word);
            assertThat(said.status()).as("%s %s said %s", option, word, said).isIn(CODES);
            if (said.status() != 0) {
                refused++;
                assertThat(said.err()).startsWith("workerd: ").doesNotContain("Exception", "\tat ");
                assertThat(cli.run("list", "-q", "--limit", "100000").out()).isEqualTo(before);
            }
        }
        assertThat(refused).isGreaterThan(200);
    }
}
