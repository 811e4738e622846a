package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;

/** {@code wait} and {@code enqueue --wait} exit as the jobs did. */
@Timeout(30)
final class WaitTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private Cli.Said waitFor(Verdict verdict) {
        long id = cli.enqueue("mail");
        cli.finish(cli.claim(), verdict);
        return cli.run("wait", Long.toString(id));
    }

    @Test
    void theStatusIsThatOfTheJob() {
        assertThat(waitFor(Cli.done())).isEqualTo(new Cli.Said(0, "", ""));
        assertThat(waitFor(Cli.dead("failed", 65, null, "gave up with exit code 65")))
                .isEqualTo(new Cli.Said(65, "", "workerd: job 2 is dead: gave up with exit code 65\n"));
        assertThat(waitFor(Cli.dead("failed", null, 9, "killed by signal 9")).status())
                .isEqualTo(137);
        assertThat(waitFor(Cli.dead("timeout", null, 15, "timed out after 1h")).status())
                .isEqualTo(124);
        assertThat(waitFor(Cli.dead("timeout", 3, null, "timed out after 1h")).status())
                .isEqualTo(124);
        assertThat(waitFor(Cli.dead("daemon died", null, null, "the daemon died"))
                        .status())
                .isEqualTo(125);
        assertThat(waitFor(Cli.cancelled()).status()).isEqualTo(125);
    }

    @Test
    void theFirstThatIsNotDoneDecides() {
        waitFor(Cli.done());
        waitFor(Cli.dead("failed", 7, null, "exit code 7"));
        waitFor(Cli.dead("failed", 8, null, "exit code 8"));
        assertThat(cli.run("wait", "1", "2", "3").status()).isEqualTo(7);
        assertThat(cli.run("wait", "3", "2", "1").status()).isEqualTo(8);
    }

    @Test
    void itTimesOut() {
        cli.enqueue("mail");
        assertThat(cli.run("wait", "1", "--timeout", "50ms"))
                .isEqualTo(new Cli.Said(124, "", "workerd: job 1 is still ready after 50ms\n"));
        assertThat(cli.run("wait", "1", "--timeout", "0s").status()).isEqualTo(124);
    }

    @Test
    void anUnknownJobIsSaidBeforeTheWait() {
        cli.enqueue("mail");
        assertThat(cli.run("wait", "1", "2").err()).startsWith("workerd: there is no job 2\n");
    }

    @Test
    void aFinishWakesItAtOnce() throws Exception {
        cli.enqueue("mail");
        cli.enqueue("mail");
        Claim first = cli.claim();
        Claim second = cli.claim();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.run("wait", "1", "2"));
        cli.finish(second, Cli.dead("failed", 9, null, "exit code 9"));
        assertThat(said).isNotDone();
        long begun = System.nanoTime();
        cli.finish(first, Cli.done());
        assertThat(said.get().status()).isEqualTo(9);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void anEnqueueThatWaitsPrintsTheIdFirst() throws Exception {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said =
                CompletableFuture.supplyAsync(() -> cli.run(out, "enqueue", "mail", "--wait"));
        org.awaitility.Awaitility.await().until(() -> out.toString().equals("1\n"));
        cli.finish(cli.claim(), Cli.dead("failed", 7, null, "exit code 7"));
        assertThat(said.get().status()).isEqualTo(7);
    }

    @Test
    void aRetryIsNotTheEnd() throws Exception {
        cli.enqueue("mail");
        cli.finish(cli.claim(), Cli.retry(7));
        assertThat(cli.run("wait", "1", "--timeout", "10ms").status()).isEqualTo(124);
        cli.finish(cli.claim(), Cli.done());
        assertThat(cli.run("wait", "1").status()).isZero();
    }

    @Test
    void inAPipeItSaysNothingOfAJobThatIsDone() throws Exception {
        cli.enqueue("mail");
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.run("wait", "1"));
        cli.finish(cli.claim(), Cli.done());
        assertThat(said.get()).isEqualTo(new Cli.Said(0, "", ""));
    }

    @Test
    void atATerminalItTellsEachChangeOfState() throws Exception {
        cli.onTerminal(80);
        cli.run("enqueue", "mail", "-q");
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.runSaying(err, "wait", "1"));
        awaitWords(err, "job 1 waits: no daemon serves this queue (workerd start)\n");
        Claim first = cli.claim();
        awaitWords(err, "job 1 runs\n");
        cli.finish(first, Cli.retry(7));
        awaitWords(err, "job 1 is retrying: exit code 7\n");
        Claim second = cli.claim();
        awaitWords(err, "job 1 runs, attempt 2\n");
        cli.finish(second, Cli.done());
        assertThat(said.get().status()).isZero();
        awaitWords(err, "workerd: job 1 is done\n");
    }

    @Test
    void atATerminalItTellsWhyNothingHappensAndWhenThatChanges() throws Exception {
        cli.onTerminal(80);
        cli.enqueue("lost");
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.runSaying(err, "wait", "1"));
        awaitWords(err, "job 1 waits: there is no handler of this name in " + directory + "/handlers\n");
        cli.run("pause");
        awaitWords(err, "job 1 waits: all queues are paused (workerd resume)\n");
        cli.run("resume");
        cli.handler("lost");
        awaitWords(err, "job 1 waits: no daemon serves this queue (workerd start)\n");
        cli.run("cancel", "1");
        assertThat(said.get().status()).isEqualTo(125);
        awaitWords(err, "workerd: job 1 is cancelled");
    }

    @Test
    void atATerminalProgressIsABarThatIsGoneWhenSomethingElseIsSaid() throws Exception {
        cli.onTerminal(40);
        cli.enqueue("mail");
        Claim claim = cli.claim();
        cli.transaction(
                moves -> moves.progress(claim, new org.workerd.job.Progress(50, "page 5 of 10 of a long book")));
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.runSaying(err, "wait", "1"));
        awaitWords(err, "\r\033[Kjob 1 [##########          ] 50% page …");
        cli.finish(claim, Cli.done());
        assertThat(said.get().status()).isZero();
        awaitWords(err, "\r\033[Kworkerd: job 1 is done\n");
    }

    @Test
    void ofSeveralJobsItTellsWhicheverChanges() throws Exception {
        cli.onTerminal(80);
        cli.enqueue("mail");
        cli.enqueue("mail");
        Claim first = cli.claim();
        Claim second = cli.claim();
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said = CompletableFuture.supplyAsync(() -> cli.runSaying(err, "wait", "1", "2"));
        awaitWords(err, "job 2 runs\n");
        cli.finish(second, Cli.done());
        awaitWords(err, "job 2 is done\n");
        assertThat(said).isNotDone();
        cli.finish(first, Cli.done());
        assertThat(said.get().status()).isZero();
    }

    private static void awaitWords(java.io.ByteArrayOutputStream stream, String words) {
        org.awaitility.Awaitility.await(words).until(() -> stream.toString(java.nio.charset.StandardCharsets.UTF_8)
                .contains(words));
    }

    @Test
    void anEnqueueWaitsNoLongerThanItWasTold() {
        assertThat(cli.run("enqueue", "mail", "--wait", "--wait-timeout", "50ms"))
                .isEqualTo(new Cli.Said(124, "1\n", "workerd: job 1 is still ready after 50ms\n"));
        assertThat(cli.job(1).timeoutMillis()).isNull();
    }

    @Test
    void whoFollowsReadsWhatEachAttemptPrints() throws Exception {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        CompletableFuture<Cli.Said> said =
                CompletableFuture.supplyAsync(() -> cli.run(out, "enqueue", "mail", "--follow"));
        awaitWords(out, "1\n");
        Claim first = cli.claim();
        print(1, "one\n");
        awaitWords(out, "1\none\n");
        cli.finish(first, Cli.retry(7));
        Claim second = cli.claim();
        print(2, "two\n");
        cli.finish(second, Cli.done());
        assertThat(said.get().status()).isZero();
        assertThat(out.toString()).isEqualTo("1\none\ntwo\n");
        assertThat(cli.run("enqueue", "mail", "--follow", "--json").status()).isEqualTo(2);
    }

    private void print(int attempt, String text) throws IOException {
        Path output = org.workerd.worker.attempt.Output.path(
                DaemonDirectory.beside(cli.queueFile()).output(), 1, attempt);
        java.nio.file.Files.createDirectories(output.getParent());
        java.nio.file.Files.writeString(output, text);
    }
}
