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
}
