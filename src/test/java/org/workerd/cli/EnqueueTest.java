package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.store.JobView;

/** What {@code enqueue} stores, and what it refuses. */
final class EnqueueTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    @Test
    void printsTheIdAndNothingElse() {
        assertThat(cli.run("enqueue", "mail")).isEqualTo(new Cli.Said(0, "1\n", ""));
        assertThat(cli.run("enqueue", "mail")).isEqualTo(new Cli.Said(0, "2\n", ""));
    }

    @Test
    void everyOptionReachesTheJob() {
        cli.run("enqueue", "mail");
        Cli.Said said = cli.run(
                "enqueue",
                "--queue",
                "media",
                "mail",
                "a b",
                "--priority",
                "-5",
                "--payload={\"w\":1.50}",
                "",
                "--delay",
                "90s",
                "--key",
                "k:1",
                "--max-attempts",
                "3",
                "--timeout",
                "5m",
                "--after",
                "1",
                "@file",
                "--",
                "--queue",
                "'quoted'",
                "-x",
                "${x}");
        assertThat(said).isEqualTo(new Cli.Said(0, "2\n", ""));
        JobView job = cli.job(2);
        assertThat(job.args()).containsExactly("a b", "", "@file", "--queue", "'quoted'", "-x", "${x}");
        assertThat(job.queue()).isEqualTo("media");
        assertThat(job.priority()).isEqualTo(-5);
        assertThat(job.payload()).isEqualTo("{\"w\":1.50}");
        assertThat(job.runAt()).isEqualTo(Cli.NOW.plusSeconds(90));
        assertThat(job.key()).isEqualTo("k:1");
        assertThat(job.maxAttempts()).isEqualTo(3);
        assertThat(job.timeoutMillis()).isEqualTo(300_000);
        assertThat(job.after()).containsExactly(1L);
    }

    @Test
    void aTimeToRunAtHasAZone() {
        cli.run("enqueue", "mail", "--at", "2026-12-24T18:00:00+01:00");
        assertThat(cli.job(1).runAt()).isEqualTo(Instant.parse("2026-12-24T17:00:00Z"));
    }

    @Test
    void severalJobsToWaitForAreGivenOneByOne() {
        cli.run("enqueue", "mail");
        cli.run("enqueue", "mail");
        cli.run("enqueue", "mail", "--after", "1", "--after", "2");
        assertThat(cli.job(3).after()).containsExactly(1L, 2L);
    }

    @Test
    void tagsAreGivenOneByOneAndFindTheJobAgain() {
        cli.run("enqueue", "mail", "--tag", "a b", "--tag=red", "--tag", "red");
        cli.run("enqueue", "mail");
        cli.run("enqueue", "mail", "--tag", "red");
        assertThat(cli.job(1).tags()).containsExactly("a b", "red");
        assertThat(cli.run("list", "-q", "--tag", "red").out()).isEqualTo("3\n1\n");
        assertThat(cli.run("show", "1").out()).contains("\ntags         'a b' red\n");
        assertThat(cli.run("show", "1", "--json").out()).contains("\"tags\":[\"a b\",\"red\"]");
        assertThat(cli.run("show", "2").out()).doesNotContain("tags");
        cli.run("cancel", "--tag", "a b", "--yes");
        assertThat(cli.run("list", "-q", "--state", "cancelled").out()).isEqualTo("1\n");
    }

    @Test
    void theArgumentsNeedNoNameBeforeTheDashes() {
        assertThat(cli.run("enqueue", "--", "mail", "--to", "--").out()).isEqualTo("1\n");
        assertThat(cli.job(1).args()).containsExactly("--to", "--");
    }

    @Test
    void aPayloadComesFromAFileOrStdinAsItIs() throws IOException {
        Path file = Files.writeString(directory.resolve("letter"), "Grüße\n\n");
        cli.run("enqueue", "mail", "--payload", "@" + file);
        cli.withInput(" from stdin\n").run("enqueue", "mail", "--payload", "-");
        assertThat(cli.job(1).payload()).isEqualTo("Grüße\n\n");
        assertThat(cli.job(2).payload()).isEqualTo(" from stdin\n");
    }

    @Test
    void aPayloadComesThroughAPipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process writer = new ProcessBuilder("sh", "-c", "printf 'from a pipe' >\"$0\"", pipe.toString()).start();
        try (InputStream reader = new FileInputStream(pipe.toFile())) {
            assertThat(cli.withInput(reader).run("enqueue", "mail", "--payload", "-"))
                    .isEqualTo(new Cli.Said(0, "1\n", ""));
        }
        assertThat(writer.waitFor()).isZero();
        assertThat(cli.job(1).payload()).isEqualTo("from a pipe");
    }

    @Test
    void aPayloadThatIsNoTextOrTooLargeIsRefused() throws IOException {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 0});
        Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertThat(cli.run("enqueue", "mail", "--payload", "@" + binary).err()).contains("must be UTF-8 text");
        assertThat(cli.run("enqueue", "mail", "--payload", "@" + large).err()).contains("at most 1 MiB");
        assertThat(cli.run("enqueue", "mail", "--payload", "@" + directory.resolve("none")))
                .isEqualTo(new Cli.Said(
                        2,
                        "",
                        "workerd: cannot read the payload: there is no file " + directory.resolve("none") + "\n"
                                + "  Try: workerd enqueue --help\n"));
        assertThat(cli.jobs()).isEmpty();
    }

    @Test
    void aSecondJobWithTheKeyOfOneThatWaitsIsNotStored() {
        assertThat(cli.run("enqueue", "mail", "--key", "once").out()).isEqualTo("1\n");
        assertThat(cli.run("enqueue", "mail", "--key", "once")).isEqualTo(new Cli.Said(0, "1\n", ""));
        assertThat(cli.run("enqueue", "mail", "--key", "once", "--json").out())
                .isEqualTo("{\"jobs\":[{\"id\":1,\"stored\":false}]}\n");
        assertThat(cli.onTerminal(80).run("enqueue", "mail", "--key", "once").err())
                .isEqualTo("Nothing stored: job 1 has this key and has not ended.\n");
        assertThat(cli.jobs()).hasSize(1);
    }

    @Test
    void aPersonIsToldHowToFollowIt() {
        assertThat(cli.onTerminal(80).run("enqueue", "mail").err())
                .isEqualTo("Stored. Follow it with: workerd logs -f 1\n");
        assertThat(cli.run("enqueue", "mail", "-q").err()).isEmpty();
    }

    @Test
    void aNameWithoutAHandlerIsRefusedWithTheOneThatWasMeant() {
        assertThat(cli.run("enqueue", "maill"))
                .isEqualTo(
                        new Cli.Said(
                                2,
                                "",
                                "workerd: no handler is named \"maill\" in " + directory.resolve("handlers")
                                        + "\n  Did you mean mail? workerd handlers lists them; --force stores the job anyway.\n"));
        assertThat(cli.jobs()).isEmpty();
        assertThat(cli.run("enqueue", "maill", "--force").out()).isEqualTo("1\n");
    }

    @Test
    void aRefusedHandlerIsNamedWithTheReason() throws IOException {
        Files.setPosixFilePermissions(cli.handler("open"), PosixFilePermissions.fromString("rwxrwxr-x"));
        Cli.Said said = cli.run("enqueue", "open");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err())
                .startsWith("workerd: the handler \"open\" is refused: it is writable by its group or by others")
                .contains("--force");
    }

    @Test
    void theQueuesDirectoryIsMadeForItsOwnerAndGroup() throws IOException {
        cli.run("enqueue", "mail");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("queue"))))
                .matches("rwx[r-][w-]?[x-]?.*---");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --priority=101      | the priority must be -100 to 100, was 101
                    --priority=high     | --priority: expected a whole number, found "high"
                    --priority=9999999999 | --priority: 9999999999 is out of range
                    --delay=5           | --delay: expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found "5"
                    --at=tomorrow       | --at: expected a time like
                    --at=24.12.2026      | --at: expected a time like
                    --timeout=0s        | the timeout must be at least 1ms
                    --max-attempts=0    | max attempts must be 1 to 1000, was 0
                    --max-attempts=1001 | max attempts must be 1 to 1000, was 1001
                    --queue=a/b         | the queue's name must be 1 to 128
                    --key=              | the key must be 1 to 512 bytes
                    --after=0           | --after: expected the id of a job, a positive integer, found "0"
                    --after=x           | --after: expected the id of a job, a positive integer, found "x"
                    --after=7           | there is no job 7 to wait for
                    --queue             | missing required parameter for option '--queue' (Q)
                    --quue=a            | unknown option: --quue
                    --prio=5            | unknown option: --prio
                    --PRIORITY=5        | unknown option: --PRIORITY
                    -x                  | unknown option: -x
                    """)
    void aWrongOptionIsAUsageErrorAndNothingIsStored(String option, String message) {
        Cli.Said said = cli.run("enqueue", "mail", option);
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).startsWith("workerd: " + message).doesNotContain("Exception", "\tat ");
        assertThat(said.err().lines().skip(1)).as("what to do").hasSize(1);
        assertThat(cli.jobs()).isEmpty();
    }

    @Test
    void anUnknownOptionIsToldWhereTheHandlersOptionsStand() {
        assertThat(cli.run("enqueue", "mail", "--to", "ann").err())
                .isEqualTo("workerd: unknown option: --to\n"
                        + "  Put -- before the handler's own options: workerd enqueue NAME -- --to\n");
        assertThat(cli.run("enqueue", "mail", "--quue=a").err()).contains("Did you mean --queue?");
    }

    @Test
    void aNegativeNumberIsAnArgument() {
        cli.run("enqueue", "resize", "-5", "-");
        assertThat(cli.job(1).args()).containsExactly("-5", "-");
    }

    @Test
    void whatExcludesEachOtherIsNotTakenTogether() {
        List<Cli.Said> all = List.of(
                cli.run("enqueue", "mail", "--delay", "1s", "--at", "2026-12-24T18:00:00Z"),
                cli.run("enqueue"),
                cli.run("enqueue", "--batch", "-", "mail"),
                cli.run("enqueue", "--batch", "-", "--queue", "q"),
                cli.run("enqueue", "--batch", directory.toString()),
                cli.run("enqueue", "--batch", "nowhere.jsonl"));
        assertThat(all).allSatisfy(said -> assertThat(said.status()).isEqualTo(2));
        assertThat(cli.jobs()).isEmpty();
    }
}
