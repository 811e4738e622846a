package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.worker.attempt.Output;

/** {@code pause}, {@code resume}, {@code queues}, {@code stats} and {@code prune}. */
final class QueuesTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private static Cli.Said said(int status, String out, String err) {
        return new Cli.Said(status, out, err);
    }

    private void fill() throws SQLException {
        cli.insert("name", "'resize'");
        cli.finish(cli.claim(), Cli.done());
        cli.insert("name, queue", "'mail', 'bulk'");
        cli.insert("name, queue, \"after\"", "'mail', 'bulk', '[2]'");
    }

    @Test
    void pauseAndResumeSayWhatHolds() throws SQLException {
        fill();
        assertThat(cli.run("pause", "bulk")).isEqualTo(said(0, "", "The queue bulk is paused.\n"));
        assertThat(cli.run("pause", "bulk")).isEqualTo(said(0, "", "The queue bulk is already paused.\n"));
        assertThat(cli.run("resume", "bulk")).isEqualTo(said(0, "", "The queue bulk is resumed.\n"));
        assertThat(cli.run("resume", "bulk")).isEqualTo(said(0, "", "The queue bulk is not paused.\n"));
        assertThat(cli.run("pause")).isEqualTo(said(0, "", "All queues are paused.\n"));
        assertThat(cli.run("resume", "bulk"))
                .isEqualTo(
                        said(
                                1,
                                "",
                                "workerd: the queue bulk stays paused, because all queues are paused\n  Resume all queues: workerd resume\n"));
        assertThat(cli.run("resume")).isEqualTo(said(0, "", "All queues are resumed.\n"));
        assertThat(cli.run("pause", "*").status()).isEqualTo(2);
        assertThat(cli.run("pause", "a", "b").status()).isEqualTo(2);
    }

    @Test
    void queuesListsThoseWithJobsWithLimitsAndPausedOnes() throws SQLException, IOException {
        fill();
        cli.settings("[queues.bulk]\nconcurrency = 3\nrate = '60/1m'\npriority = -1\n[queues.idle]\nconcurrency = 1\n");
        cli.run("pause", "bulk");
        cli.run("pause", "fresh");
        assertThat(cli.run("queues"))
                .isEqualTo(said(
                        0,
                        """
                        QUEUE    STATUS    READY  RUNNING  LIMIT     PRIORITY  WAITING  NOTE
                        bulk     paused    1      0        3, 60/1m  -1        1        the queue bulk is paused (workerd resume bulk)
                        default  unserved  0      0        -         0         0
                        fresh    paused    0      0        -         0         0
                        idle     unserved  0      0        1         0         0
                        """,
                        ""));
        assertThat(cli.run("queues", "-q").out()).isEqualTo("bulk\ndefault\nfresh\nidle\n");
        assertThat(cli.run("queues", "--json").out())
                .startsWith(
                        "{\"queues\":[{\"name\":\"bulk\",\"paused\":true,"
                                + "\"paused_since\":\"2026-11-23T12:00:00.250Z\",\"ready\":1,\"running\":0,\"waiting\":1,"
                                + "\"concurrency\":3,\"rate\":\"60/1m\",\"priority\":-1,\"waits_for\":{\"reason\":\"paused\","
                                + "\"detail\":\"the queue bulk is paused\",\"until\":null}},{\"name\":\"default\",\"paused\":false,")
                .contains("\"concurrency\":null,\"rate\":null,\"priority\":0,\"waits_for\":null}");
    }

    @Test
    void anEmptyQueueHasNoQueues() {
        cli.transaction(moves -> 0);
        assertThat(cli.run("queues"))
                .isEqualTo(
                        said(
                                0,
                                "",
                                "There are no queues yet. A queue is created with its first job: workerd enqueue NAME --queue Q\n"));
        assertThat(cli.run("stats", "--json")).isEqualTo(said(0, "{\"queues\":{},\"daemons\":[]}\n", ""));
    }

    @Test
    void statsCountsByQueueAndStateAndOnlyLivingDaemons() throws SQLException {
        fill();
        assertThat(cli.run("stats", "--json"))
                .isEqualTo(said(
                        0,
                        "{\"queues\":{\"bulk\":{\"blocked\":1,\"scheduled\":0,\"ready\":1,\"running\":0,"
                                + "\"retrying\":0,\"done\":0,\"dead\":0,\"cancelled\":0,\"paused\":false,"
                                + "\"oldest_ready_age_ms\":180000},\"default\":{\"blocked\":0,\"scheduled\":0,"
                                + "\"ready\":0,\"running\":0,\"retrying\":0,\"done\":1,\"dead\":0,\"cancelled\":0,"
                                + "\"paused\":false,\"oldest_ready_age_ms\":0}},\"daemons\":[]}\n",
                        ""));
        cli.run("pause");
        assertThat(cli.run("stats"))
                .isEqualTo(said(
                        0,
                        """
                        QUEUE    BLOCKED  SCHEDULED  READY  RUNNING  RETRYING  DONE  DEAD  CANCELLED  OLDEST
                        bulk     1        0          1      0        0         0     0     0          3m 0s (paused)
                        default  0        0          0      0        0         1     0     0          - (paused)
                        """,
                        "No daemon serves this queue. Start one: workerd start\n"));
    }

    @Test
    void pruneRemovesWhatIsKeptNoLongerWithItsOutput() throws SQLException, IOException {
        fill();
        Claim claim = cli.claim();
        cli.transaction(moves -> moves.finish(claim, Cli.done(), 4711, Cli.NOW.minus(Duration.ofDays(8))));
        Path output = Output.path(DaemonDirectory.beside(cli.queueFile()).output(), claim.jobId(), 1);
        Files.createDirectories(output.getParent());
        Files.writeString(output, "words");
        assertThat(cli.run("prune")).isEqualTo(said(0, "", "1 job pruned.\n"));
        assertThat(output).doesNotExist();
        assertThat(cli.run("prune", "-q")).isEqualTo(said(0, "", ""));
        cli.settings("[retention]\ndone = \"0s\"\n");
        assertThat(cli.run("prune", "--json")).isEqualTo(said(0, "{\"ids\":[1]}\n", ""));
        assertThat(cli.jobs()).hasSize(1);
    }

    /** A slip would go on being paid for in silence. */
    @Test
    void aQueueThatNobodyKnowsIsPausedWithAWord() throws IOException {
        cli.settings("[queues.bulk]\nconcurrency = 1\n");
        cli.enqueue("mail");
        Cli.Said slip = cli.run("pause", "bluk");
        assertThat(slip.status()).isZero();
        assertThat(slip.err())
                .isEqualTo(
                        "The queue bluk is paused.\n  There is no such queue yet: no job has been in it, and it is not in the"
                                + " configuration. Did you mean bulk? Undo it with: workerd resume bluk\n");
        assertThat(cli.run("pause", "bulk").err()).isEqualTo("The queue bulk is paused.\n");
        assertThat(cli.run("pause", "default").err()).isEqualTo("The queue default is paused.\n");
        cli.run("resume");
        assertThat(cli.run("resume").err()).isEqualTo("No queue is paused.\n");
    }
}
