package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.cli.text.Times;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Rate;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.Ledger;

/** A job that waits says what for: in {@code show}, in {@code list} and as JSON. */
final class WaitsForTest {
    @TempDir
    Path directory;

    private Cli cli;
    private Ledger ledger;
    private long daemon;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.transaction(moves -> 0);
    }

    @AfterEach
    void die() throws IOException {
        if (ledger != null) {
            ledger.close();
        }
    }

    /** A daemon with so many slots that lives as long as this test: it holds the lock of its ledger. */
    private void serve(int slots) throws IOException {
        daemon = cli.transaction(
                moves -> moves.register(ProcessHandle.current().pid(), "here", slots, Cli.NOW.minusSeconds(100)));
        Path ledgers =
                Files.createDirectories(DaemonDirectory.beside(cli.queueFile()).ledgers());
        ledger = Ledger.create(ledgers, daemon);
    }

    @Test
    void aQueueIsServedAsLongAsADaemonLives() throws IOException {
        cli.enqueue("mail");
        serve(1);
        assertThat(cli.run("queues").out()).contains("default  served  1");
        ledger.draining();
        assertThat(cli.run("queues").out()).contains("default  unserved  1");
    }

    private Claim run(Limits limits) {
        return cli.transaction(moves ->
                        moves.claim(daemon, moves.lanesWithReady(), limits, Moves.Most.of(1), Cli.NOW.minusSeconds(20)))
                .get(0);
    }

    private String waitsFor(long id) {
        String json = cli.run("show", Long.toString(id), "--json").out();
        return json.replaceFirst(".*\"waits_for\":(null|\\{[^}]*}).*\n", "$1");
    }

    private static String json(String reason, String detail, String until) {
        return "{\"reason\":\"" + reason + "\",\"detail\":\"" + detail.replace("\"", "\\\"") + "\",\"until\":" + until
                + "}";
    }

    @Test
    void whatIsAboutToRunRunsOrEndedWaitsForNothing() throws IOException {
        serve(1);
        long id = cli.enqueue("mail");
        assertThat(waitsFor(id)).isEqualTo("null");
        assertThat(cli.run("show", "1").out()).doesNotContain("waits for");
        Claim claim = run(Limits.NONE);
        assertThat(waitsFor(id)).isEqualTo("null");
        cli.finish(claim, Cli.done());
        assertThat(waitsFor(id)).isEqualTo("null");
    }

    @Test
    void withoutADaemonItWaitsForOne() throws IOException {
        long id = cli.enqueue("mail");
        assertThat(waitsFor(id)).isEqualTo(json("no-daemon", "no daemon serves this queue", "null"));
        assertThat(cli.run("show", "1").out())
                .contains("waits for    a daemon: no daemon serves this queue (workerd start)\n");
        serve(1);
        ledger.draining();
        assertThat(waitsFor(id)).isEqualTo(json("no-daemon", "the daemon is stopping and claims no more jobs", "null"));
        ledger.close();
        assertThat(waitsFor(id)).contains("no daemon serves this queue");
    }

    @Test
    void aTimeIsSaidWithWhenItComes() throws IOException {
        cli.enqueue("mail");
        cli.finish(
                cli.claim(),
                new org.workerd.job.Verdict.Retry(
                        new org.workerd.job.Verdict.AttemptRow("failed", 7, null, "exit code 7"),
                        Cli.NOW.plus(Duration.ofMinutes(5))));
        cli.run("enqueue", "mail", "--delay", "1h");
        serve(1);
        assertThat(waitsFor(1))
                .isEqualTo(json("time", "its next attempt is not due yet", "\"2026-11-23T12:05:00.250Z\""));
        assertThat(waitsFor(2)).isEqualTo(json("time", "it is not due yet", "\"2026-11-23T13:00:00.250Z\""));
        assertThat(cli.onTerminal(80).run("show", "2").out())
                .contains("waits for    its time: it is not due yet, until "
                        + Times.local(Cli.NOW.plus(Duration.ofHours(1))) + " (in 1h)\n");
    }

    @Test
    void whoeverItWaitsForIsNamedWithItsState() throws IOException {
        serve(1);
        for (int i = 0; i < 5; i++) {
            cli.enqueue("mail");
        }
        cli.finish(run(Limits.NONE), Cli.done());
        run(Limits.NONE);
        cli.run("enqueue", "mail", "--after", "1", "--after", "2", "--after", "3");
        assertThat(waitsFor(6)).isEqualTo(json("after", "job 2 is running, job 3 is ready", "null"));
        cli.run("enqueue", "mail", "--after", "2", "--after", "3", "--after", "4", "--after", "5");
        assertThat(waitsFor(7))
                .isEqualTo(json(
                        "after", "job 2 is running, job 3 is ready, job 4 is ready, and others are not done", "null"));
        assertThat(cli.run("list", "--state", "blocked").out()).contains("job 2 is running, job 3 is ready");
    }

    @Test
    void aPauseIsSaidBeforeAllElse() {
        long id = cli.enqueue("mail");
        cli.run("pause", "default");
        assertThat(waitsFor(id)).isEqualTo(json("paused", "the queue default is paused", "null"));
        assertThat(cli.run("show", "1").out())
                .contains("waits for    a resume: the queue default is paused (workerd resume default)\n");
        cli.run("pause");
        assertThat(waitsFor(id)).isEqualTo(json("paused", "all queues are paused", "null"));
        assertThat(cli.run("list").out()).contains("all queues are paused\n");
    }

    @Test
    void aHandlerThatIsMissingOrRefusedIsSaidWithTheReason() throws IOException {
        serve(1);
        long lost = cli.enqueue("lost");
        assertThat(waitsFor(lost))
                .isEqualTo(
                        json("no-handler", "there is no handler of this name in " + directory + "/handlers", "null"));
        Path handler = cli.handler("notes");
        Files.setPosixFilePermissions(handler, PosixFilePermissions.fromString("rw-r--r--"));
        long notes = cli.enqueue("notes");
        assertThat(waitsFor(notes))
                .isEqualTo(json(
                        "no-handler", "their handler is refused: it is not executable: chmod +x " + handler, "null"));
    }

    @Test
    void aLimitIsNamedWithWhoeverHoldsIt() throws IOException {
        serve(10);
        cli.settings("[jobs.mail]\nconcurrency = 1\n[queues.bulk]\nconcurrency = 2\n");
        cli.enqueue("mail");
        run(Limits.NONE);
        long second = cli.enqueue("mail");
        assertThat(waitsFor(second))
                .isEqualTo(json("concurrency", "[jobs.mail] concurrency = 1, and job 1 runs", "null"));
        for (int i = 0; i < 3; i++) {
            cli.run("enqueue", "resize", "--queue", "bulk", "--priority", "9");
        }
        run(Limits.NONE);
        run(Limits.NONE);
        assertThat(waitsFor(5))
                .isEqualTo(json("concurrency", "[queues.bulk] concurrency = 2, and jobs 3, 4 run", "null"));
    }

    @Test
    void aRateThatIsUsedUpIsSaidWithWhenItHasRoomAgain() throws IOException {
        serve(10);
        cli.settings("[jobs.mail]\nrate = \"1/1m\"\n");
        cli.enqueue("mail");
        Limits.Bounds bounds = new Limits.Bounds(java.util.Map.of(), java.util.Map.of("mail", Rate.parse("1/1m")));
        run(new Limits(Limits.Bounds.NONE, bounds, java.util.Map.of()));
        long second = cli.enqueue("mail");
        assertThat(waitsFor(second))
                .isEqualTo(json("rate", "[jobs.mail] rate = \"1/1m\" is used up", "\"2026-11-23T12:00:40.300Z\""));
        assertThat(cli.run("list").out()).contains("is used up, until 2026-11-23T12:00:40.300Z\n");
    }

    @Test
    void withAllSlotsBusyItWaitsForOne() throws IOException {
        serve(1);
        cli.enqueue("resize");
        run(Limits.NONE);
        long id = cli.enqueue("mail");
        assertThat(waitsFor(id)).isEqualTo(json("slots", "the only slot is busy", "null"));
    }

    @Test
    void aListAnswersForEachOfItsJobs() {
        cli.enqueue("mail");
        cli.transaction(moves -> moves.enqueue(NewJob.of("lost")));
        String json = cli.run("list", "--json").out();
        assertThat(List.of(json.split("\"id\":")))
                .anySatisfy(job -> assertThat(job).startsWith("1,").contains("\"reason\":\"no-daemon\""))
                .anySatisfy(job -> assertThat(job).startsWith("2,").contains("\"reason\":\"no-handler\""));
    }
}
