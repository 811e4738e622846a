package org.workerd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;
import org.workerd.ops.OutputTail;

/** {@code logs} prints what is kept of an attempt's output, and {@code -f} all that comes. */
@Timeout(30)
final class LogsTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private Path output(int attempt) throws IOException {
        return Files.createDirectories(directory.resolve("queue/output/0")).resolve("1." + attempt + ".log");
    }

    private void print(int attempt, String text) throws IOException {
        Files.writeString(output(attempt), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void theNewestAttemptIsPrintedUnlessAnotherIsAskedFor() throws IOException {
        cli.enqueue("mail");
        cli.finish(cli.claim(), Cli.retry(1));
        print(1, "first\n");
        cli.finish(cli.claim(), Cli.done());
        print(2, "second, no end of line");
        assertThat(cli.run("logs", "1")).isEqualTo(new Cli.Said(0, "second, no end of line", ""));
        assertThat(cli.run("logs", "1", "--attempt", "1").out()).isEqualTo("first\n");
        assertThat(cli.run("logs", "-f", "1").out()).isEqualTo("second, no end of line");
        assertThat(cli.run("logs", "1", "--attempt", "3"))
                .isEqualTo(new Cli.Said(1, "", "workerd: job 1 has no attempt 3\n  Try: workerd show 1\n"));
        assertThat(cli.run("logs", "1", "--attempt", "0").status()).isEqualTo(2);
    }

    @Test
    void whenTheLastAttemptPrintedNothingItSaysWhichOneDid() throws IOException {
        cli.enqueue("mail");
        cli.finish(cli.claim(), Cli.retry(1));
        print(1, "a trace of the first\n");
        cli.finish(cli.claim(), Cli.done());
        assertThat(cli.run("logs", "1"))
                .isEqualTo(new Cli.Said(
                        0, "", "Attempt 2 of job 1 has printed nothing. Attempt 1 has: workerd logs 1 --attempt 1\n"));
        assertThat(cli.run("logs", "1", "--attempt", "2"))
                .isEqualTo(new Cli.Said(0, "", "Attempt 2 of job 1 has printed nothing.\n"));
        assertThat(cli.run("logs", "1", "--attempt", "1").out()).isEqualTo("a trace of the first\n");
    }

    @Test
    void whatAnAttemptThatSnoozedPrintedIsThereUntilTheNext() throws IOException {
        cli.enqueue("mail");
        cli.finish(
                cli.claim(),
                new Verdict.Snooze(new Verdict.AttemptRow("snoozed", 75, null, null), Cli.NOW.plusSeconds(60)));
        print(1, "not yet\n");
        assertThat(cli.job(1).attempt()).isZero();
        assertThat(cli.run("logs", "1")).isEqualTo(new Cli.Said(0, "not yet\n", ""));
    }

    @Test
    void aJobThatHasPrintedNothingIsNoFailure() {
        cli.enqueue("mail");
        assertThat(cli.run("logs", "1")).isEqualTo(new Cli.Said(0, "", "Job 1 has printed nothing; it is ready.\n"));
    }

    @Test
    void followingWaitsForTheBeginningAndGoesOnOverAttemptsToTheEnd() throws Exception {
        cli.enqueue("mail");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.run(out, "logs", "-f", "1"));
        Claim first = cli.claim();
        print(1, "one ");
        await().until(() -> out.toString(UTF_8).equals("one "));
        print(1, "two\n");
        await().until(() -> out.toString(UTF_8).equals("one two\n"));
        cli.finish(first, Cli.retry(1));
        Claim second = cli.claim();
        print(2, "three\n");
        await().until(() -> out.toString(UTF_8).equals("one two\nthree\n"));
        print(2, "four\n");
        cli.finish(second, Cli.done());
        assertThat(said.get()).isEqualTo(new Cli.Said(0, "one two\nthree\nfour\n", ""));
    }

    @Test
    void whatAnEarlierAttemptPrintedIsLabelledWhenOneFollowsAJobThatIsRetrying() throws Exception {
        cli.enqueue("mail");
        cli.finish(cli.claim(), Cli.retry(1));
        print(1, "a trace of the first\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.run(out, "logs", "-f", "1"));
        await().until(() -> out.toString(UTF_8).equals("a trace of the first\n"));
        Claim second = cli.claim();
        print(2, "second\n");
        await().until(() -> out.toString(UTF_8).endsWith("second\n"));
        cli.finish(second, Cli.done());
        assertThat(said.get())
                .isEqualTo(new Cli.Said(
                        0,
                        "a trace of the first\nsecond\n",
                        "workerd: attempt 1, which has ended; the job is retrying\nworkerd: attempt 2\n"));
    }

    @Test
    void followingOneAttemptEndsWithIt() throws Exception {
        cli.enqueue("mail");
        Claim first = cli.claim();
        print(1, "one\n");
        CompletableFuture<Cli.Said> said =
                CompletableFuture.supplyAsync(() -> cli.run("logs", "-f", "1", "--attempt", "1"));
        cli.finish(first, Cli.retry(1));
        assertThat(said.get().out()).isEqualTo("one\n");
    }

    @Test
    void ofALongOutputThatStillGrowsHeadAndTailArePrinted() throws IOException {
        cli.settings("[jobs]\noutput_limit = \"8KiB\"\n");
        cli.enqueue("mail");
        cli.claim();
        Files.write(output(1), new byte[40_000]);
        try (var file = new java.io.RandomAccessFile(output(1).toFile(), "rw")) {
            file.write("h".repeat(4096).getBytes(UTF_8));
            file.seek(40_000 - 4096);
            file.write("t".repeat(4096).getBytes(UTF_8));
        }
        assertThat(cli.run("logs", "1").out())
                .isEqualTo("h".repeat(4096) + "\n[workerd: 31808 bytes left out here]\n" + "t".repeat(4096));
    }

    @Test
    void whenTheMiddleIsCutOutBehindAFollowerItGoesOnWhereItWas() throws IOException {
        Path file = output(1);
        StringBuilder all = new StringBuilder();
        for (int i = 0; all.length() < 20_000; i++) {
            all.append(i).append('\n');
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputTail tail = new OutputTail(file, 8192);
        for (int to = 0; to + 1000 < all.length(); to += 1000) {
            Files.writeString(file, all.substring(0, to + 1000));
            tail.copyTo(out);
        }
        String trimmed = all.substring(0, 4096)
                + org.workerd.worker.attempt.Output.gap(all.length() - 8192)
                + all.substring(all.length() - 4096);
        Files.writeString(file, trimmed);
        tail.copyTo(out);
        tail.copyTo(out);
        assertThat(out.toString(UTF_8)).isEqualTo(all.toString());
    }

    @Test
    void anAttemptThatBeginsAnewIsPrintedFromItsBeginning() throws IOException {
        Path file = Files.writeString(output(1), "interrupted\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputTail tail = new OutputTail(file, 8192);
        tail.copyTo(out);
        Files.writeString(file, "again\n");
        tail.copyTo(out);
        assertThat(out.toString(UTF_8)).isEqualTo("interrupted\nagain\n");
    }
}
