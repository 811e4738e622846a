package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.worker.attempt.Output;

/** {@code top --once}. */
final class TopTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.settings(
                """
                [queues.bulk]
                concurrency = 1
                rate = "100/1m"
                [cron.nightly]
                schedule = "30 2 * * *"
                timezone = "UTC"
                name = "mail"
                [cron.hourly]
                schedule = "@hourly"
                timezone = "UTC"
                name = "mail"
                """);
    }

    /** Two that run, one that died, one to be retried, one that waits. */
    private void fill() throws IOException {
        enqueue(NewJob.of("mail", "ann"));
        cli.finish(cli.claim(), Cli.dead("failed", 3, null, "exit code 3: mail: command not found"));
        enqueue(NewJob.of("mail", "bob"));
        cli.finish(
                cli.claim(),
                new Verdict.Retry(new Verdict.AttemptRow("failed", 7, null, "exit code 7"), Cli.NOW.plusSeconds(300)));
        enqueue(NewJob.of("resize", "a b.png"));
        Claim first = cli.claim();
        cli.transaction(moves -> moves.progress(first, new Progress(50, "half of it")));
        enqueue(NewJob.of("resize", "c.png"));
        Claim second = cli.claim();
        Path output = Output.path(DaemonDirectory.beside(cli.queueFile()).output(), second.jobId(), 1);
        Files.createDirectories(output.getParent());
        Files.writeString(output, "first\n\033[31mlast words\033[0m\n");
        enqueue(NewJob.named("mail").queue("bulk").build());
    }

    private void enqueue(NewJob job) {
        cli.transaction(moves -> moves.enqueue(job));
    }

    @Test
    void everythingThatSomebodyWatchesIsOnOneScreen() throws IOException {
        fill();
        Cli.Said said = cli.run("top", "--once");
        assertThat(said.status()).isZero();
        assertThat(said.err()).isEmpty();
        assertThat(said.out().lines().skip(1))
                .containsExactly(
                        "Jobs: 1 ready, 2 running, 1 retrying; 1 died in the last 24h",
                        "No daemon serves this queue. Start one: workerd start",
                        "",
                        "RUNNING  NAME    ARGS       ATTEMPT  TOOK   PROGRESS                  LAST LINE",
                        "3        resize  'a b.png'  1        1m 0s  ##########.......... 50%  half of it",
                        "4        resize  c.png      1        1m 0s  -                         last words",
                        "",
                        "FAILED  NAME  STATE     WHEN     WHY",
                        "1       mail  dead      58s ago  exit code 3: mail: command not found",
                        "2       mail  retrying  1m ago   again in 5m: exit code 7",
                        "",
                        "QUEUE    READY  RUNNING  WAITING  DONE/MIN  LIMIT      STATUS",
                        "bulk     1      0        0        0         1, 100/1m  no daemon serves this queue",
                        "default  0      2        1        0         -",
                        "",
                        "SCHEDULE  NEXT RUN  AT                        LAST JOB",
                        "hourly    in 59m    2026-11-23T13:00:00.000Z  -",
                        "nightly   in 14h    2026-11-24T02:30:00.000Z  -");
        assertThat(said.out()).startsWith("workerd top  2026-11-23T12:00:00.250Z  " + cli.queueFile());
    }

    @Test
    void forAProgramItIsOneDocument() throws IOException {
        fill();
        Cli.Said said = cli.run("top", "--json");
        assertThat(said.status()).isZero();
        assertThat(said.err()).isEmpty();
        assertThat(cli.run("top", "--once", "--json")).isEqualTo(said);
        assertThat(said.out())
                .startsWith("{\"at\":\"2026-11-23T12:00:00.250Z\",\"jobs\":{\"blocked\":0,\"scheduled\":0,\"ready\":1,"
                        + "\"running\":2,\"retrying\":1,\"done\":0,\"dead\":1,\"cancelled\":0},\"died_last_24h\":1,"
                        + "\"daemons\":[],\"running\":[{\"id\":3,\"name\":\"resize\",\"args\":[\"a b.png\"],"
                        + "\"queue\":\"default\",\"state\":\"running\",\"attempt\":1,"
                        + "\"started_at\":\"2026-11-23T11:59:00.250Z\","
                        + "\"progress\":{\"percent\":50,\"message\":\"half of it\"},\"last_line\":null},{\"id\":4,")
                .contains(
                        "\"progress\":null,\"last_line\":\"last words\"}],\"failed\":[{\"id\":1,",
                        "\"exit_code\":3,\"signal\":null,\"error\":\"exit code 3: mail: command not found\"}",
                        "\"queues\":[{\"name\":\"bulk\",\"paused\":false,\"paused_since\":null,\"ready\":1,",
                        "\"done_per_minute\":{\"bulk\":0,\"default\":0},\"cron\":[{\"id\":\"hourly\",")
                .endsWith("}]}\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120, 200})
    void noLineIsWiderThanTheTerminalAndNoHeadingIsCut(int columns) throws IOException {
        fill();
        enqueue(NewJob.of("mail", "x".repeat(300)));
        cli.finish(cli.claim(), Cli.dead("failed", 3, null, "long ".repeat(100)));
        List<String> lines =
                cli.onTerminal(columns).run("top", "--once").out().lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        assertThat(lines).anyMatch(line -> line.matches("RUNNING +NAME +ARGS +ATTEMPT +TOOK +PROGRESS +LAST LINE"));
        assertThat(lines).anyMatch(line -> line.matches("QUEUE +READY +RUNNING +WAITING +DONE/MIN +LIMIT +STATUS"));
    }

    @Test
    void withoutATerminalItSaysHowToPrintIt() {
        enqueue(NewJob.of("mail"));
        assertThat(cli.run("top"))
                .isEqualTo(new Cli.Said(
                        2, "", "workerd: top needs a terminal\n  To print its content once: workerd top --once\n"));
    }

    @Test
    void whereThereIsNoQueueItSaysSo() {
        assertThat(cli.run("top", "--once").status()).isEqualTo(cli.run("list").status());
    }
}
