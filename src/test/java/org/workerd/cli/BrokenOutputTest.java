package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose stdout cannot be written to. */
@Timeout(30)
final class BrokenOutputTest {
    private static final String FULL = ": the disk is full, or stdout is closed\n";

    @TempDir
    Path directory;

    private Cli cli;

    /** Takes nothing. */
    private static final class Broken extends OutputStream {
        private final String why;

        Broken(String why) {
            this.why = why;
        }

        @Override
        public void write(int octet) throws IOException {
            throw new IOException(why);
        }
    }

    private Cli.Said intoFullDisk(String... arguments) {
        return cli.runInto(new Broken("No space left on device"), arguments);
    }

    private Cli.Said intoClosedPipe(String... arguments) {
        return cli.runInto(new Broken("Broken pipe"), arguments);
    }

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.enqueue("mail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "show 1", "queues", "queues -q", "handlers", "config", "help list"})
    void whoOnlyReadsHearsOfAFullDisk(String line) {
        assertThat(intoFullDisk(line.split(" ")))
                .isEqualTo(new Cli.Said(
                        74,
                        "",
                        "workerd: cannot write the output" + FULL
                                + "  Free disk space, or redirect stdout to another file.\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    enqueue mail                   | job 2 is stored; its id could not be printed
                    enqueue mail --json            | job 2 is stored; its id could not be printed
                    enqueue --queue=bulk mail -q   | job 2 is stored; its id could not be printed
                    retry -q 1                     | 1 job retried; its id could not be printed
                    retry --state dead --yes -q    | 1 job retried; its id could not be printed
                    delete 1 --json                | 1 job deleted; its id could not be printed
                    prune -q                       | 1 job pruned; its id could not be printed
                    prune --json                   | 1 job pruned; its id could not be printed
                    """)
    void whatWasDoneIsSaidWhenItsAnswerCannotBe(String line, String said) throws IOException {
        cli.settings("[retention]\ndead = \"1s\"\n");
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, "exit code 1"));
        assertThat(intoFullDisk(line.split(" ")))
                .isEqualTo(new Cli.Said(
                        73,
                        "",
                        "workerd: " + said + FULL + "  Do not repeat the command. See what it did: workerd list\n"));
    }

    @Test
    void cancellingIsSaidToo() {
        assertThat(intoFullDisk("cancel", "1", "-q").status()).isEqualTo(73);
        assertThat(cli.job(1).state().isFinal()).isTrue();
    }

    @Test
    void aKeyThatWasTakenIsSaid() {
        cli.run("enqueue", "mail", "--key", "k");
        assertThat(intoFullDisk("enqueue", "mail", "--key", "k").err())
                .startsWith("workerd: job 2 had this key already; nothing new is stored; its id could not be printed"
                        + FULL);
        assertThat(cli.jobs()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    m m m   | jobs 2 to 4 are stored; the ids could not be printed
                    m k k m | 3 jobs from 3 to 5 are stored; the ids could not be printed
                    k k     | nothing new is stored; the ids could not be printed
                    k       | job 2 had this key already; nothing new is stored; its id could not be printed
                    """)
    void aBatchSaysWhichJobsItStored(String kinds, String said) throws IOException {
        if (kinds.contains("k")) {
            cli.run("enqueue", "mail", "--key", "k");
        }
        Path file = Files.writeString(
                directory.resolve("jobs.jsonl"),
                kinds.replace(" ", "\n")
                        .replace("m", "{\"name\":\"mail\"}")
                        .replace("k", "{\"name\":\"mail\",\"key\":\"k\"}"));
        Cli.Said outcome = intoFullDisk("enqueue", "--batch", file.toString());
        assertThat(outcome.status()).isEqualTo(73);
        assertThat(outcome.err()).startsWith("workerd: " + said.replace("3 jobs from 3 to 5", "jobs 3 to 4") + FULL);
    }

    /** It would be wrong to say of a refusal that something was done. */
    @Test
    void whatWasNotDoneIsNotSaidToBe() {
        assertThat(intoFullDisk("retry", "1", "-q").status()).isEqualTo(1);
        assertThat(intoFullDisk("prune", "-q")).isEqualTo(new Cli.Said(0, "", ""));
        assertThat(intoFullDisk("enqueue", "nosuch").status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "show 1", "help", "enqueue mail", "cancel 1 -q", "prune -q"})
    void aReaderWhoHasEnoughChangesNothing(String line) {
        assertThat(intoClosedPipe(line.split(" ")).status()).isZero();
    }

    @Test
    void aReaderWhoHasEnoughHearsNoComplaint() {
        assertThat(intoClosedPipe("list")).isEqualTo(new Cli.Said(0, "", ""));
        assertThat(intoClosedPipe("enqueue", "mail")).isEqualTo(new Cli.Said(0, "", ""));
        assertThat(intoClosedPipe("show", "99").status()).isEqualTo(1);
    }

    @Test
    void followingEndsWhenNobodyReadsAnyMore() throws IOException {
        cli.claim();
        Path output =
                Files.createDirectories(directory.resolve("queue/output/0")).resolve("1.1.log");
        Files.writeString(output, "one\n");
        assertThat(intoClosedPipe("logs", "-f", "1")).isEqualTo(new Cli.Said(0, "", ""));
    }
}
