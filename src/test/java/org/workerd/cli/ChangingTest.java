package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.Output;

/** {@code retry}, {@code cancel} and {@code delete}, by ids and by filters. */
final class ChangingTest {
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

    private long dead(String name) {
        long id = cli.enqueue(name);
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, "exit code 1"));
        return id;
    }

    private Path printed(long id, int attempt) throws IOException {
        Path file = Output.path(DaemonDirectory.beside(cli.queueFile()).output(), id, attempt);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "words");
    }

    @Test
    void retryMakesReadyAgainWhatIsNamed() {
        dead("mail");
        dead("mail");
        assertThat(cli.run("retry", "1", "2")).isEqualTo(said(0, "", "2 jobs retried.\n"));
        assertThat(cli.jobs()).allMatch(job -> job.state() == JobState.READY);
    }

    @Test
    void whatCannotBeDoneIsSaidAndTheRestIsDone() {
        dead("mail");
        cli.enqueue("mail");
        assertThat(cli.run("retry", "2", "1", "77"))
                .isEqualTo(
                        said(
                                1,
                                "",
                                """
                        workerd: job 2 is neither dead nor cancelled
                        workerd: there is no job 77
                        1 job retried.
                        """));
        assertThat(cli.job(1).state()).isEqualTo(JobState.READY);
    }

    @Test
    void aKeyThatIsTakenStandsInTheWayOfARetry() {
        NewJob keyed = NewJob.named("mail").key("k").build();
        cli.transaction(moves -> moves.enqueue(keyed));
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, "exit code 1"));
        cli.transaction(moves -> moves.enqueue(keyed));
        assertThat(cli.run("retry", "1"))
                .isEqualTo(said(1, "", "workerd: job 1 cannot be retried: job 2 has its key\n"));
    }

    @Test
    void cancelEndsWhatWaitsAndAsksWhatRunsToEnd() {
        cli.enqueue("mail");
        cli.claim();
        cli.enqueue("mail");
        assertThat(cli.run("cancel", "1", "2", "-q"))
                .isEqualTo(said(0, "1\n2\n", "Job 1 runs, and was told to end.\n"));
        assertThat(cli.job(1).state()).isEqualTo(JobState.RUNNING);
        assertThat(cli.job(2).state()).isEqualTo(JobState.CANCELLED);
        assertThat(cli.job(2).error()).startsWith("cancelled by ");
        List<Moves.Cancellation> asked = cli.transaction(Moves::cancellations);
        assertThat(asked).extracting(Moves.Cancellation::id).containsExactly(1L);
    }

    @Test
    void cancelTellsWhatBecameOfEachJob() throws Exception {
        cli.enqueue("mail");
        Claim ends = cli.claim();
        cli.enqueue("mail");
        Claim isCancelled = cli.claim();
        dead("old");
        cli.enqueue("mail");
        Thread daemon = new Thread(() -> {
            while (cli.transaction(Moves::cancellations).size() < 2) {
                Thread.onSpinWait();
            }
            cli.finish(ends, Cli.done());
            cli.finish(isCancelled, Cli.cancelled());
        });
        daemon.start();
        assertThat(cli.run("cancel", "1", "2", "3", "4", "9", "--json"))
                .isEqualTo(
                        said(
                                1,
                                "{\"ids\":[2,4],\"jobs\":["
                                        + "{\"id\":1,\"outcome\":\"done\",\"message\":\"job 1 is done: it ended before it could be cancelled\"},"
                                        + "{\"id\":2,\"outcome\":\"cancelled\",\"message\":null},"
                                        + "{\"id\":3,\"outcome\":\"refused\",\"message\":\"job 3 is dead already\"},"
                                        + "{\"id\":4,\"outcome\":\"cancelled\",\"message\":null},"
                                        + "{\"id\":9,\"outcome\":\"refused\",\"message\":\"there is no job 9\"}]}\n",
                                """
                                workerd: job 1 is done: it ended before it could be cancelled
                                workerd: job 3 is dead already
                                workerd: there is no job 9
                                """));
        daemon.join();
    }

    @Test
    void whatARetryRefusesIsToldWithTheReasonWhetherNamedOrMatched() {
        long parent = dead("parent");
        long child = cli.enqueueAfter(parent);
        cli.transaction(moves -> moves.promote(Cli.NOW, 10));
        String reason =
                "workerd: job 2 cannot be retried: job 1, which it waits for, is dead; retry both, or only this one"
                        + " with --force\n";
        assertThat(cli.run("retry", "2")).isEqualTo(said(1, "", reason));
        assertThat(cli.run("retry", "--state", "cancelled", "--yes")).isEqualTo(said(1, "", reason));
        cli.run("delete", "1");
        assertThat(cli.run("retry", "2"))
                .isEqualTo(said(
                        1,
                        "",
                        "workerd: job 2 cannot be retried: job 1, which it waits for, was dead and is deleted;"
                                + " to retry this job anyway, use --force\n"));
        assertThat(cli.run("retry", "2", "--force")).isEqualTo(said(0, "", "1 job retried.\n"));
        assertThat(cli.job(child).state()).isEqualTo(JobState.READY);
    }

    @Test
    void aDryRunRefusesWhatTheRetryWould() throws IOException {
        dead("parent");
        cli.enqueueAfter(1);
        cli.enqueueAfter(2);
        cli.transaction(moves -> moves.promote(Cli.NOW, 10));
        cli.transaction(moves -> moves.promote(Cli.NOW, 10));
        deadWithKey("k");
        deadWithKey("k");
        deadWithKey("taken");
        cli.transaction(moves -> moves.enqueue(NewJob.of("mail").withKey("taken")));
        for (List<String> asked : List.of(
                List.of("2"),
                List.of("3"),
                List.of("2", "3", "77", "7"),
                List.of("3", "2", "1"),
                List.of("2", "--force"),
                List.of("4", "5"),
                List.of("6"),
                List.of("--state", "dead", "--yes"),
                List.of("--state", "cancelled", "--yes"),
                List.of("--state", "dead,cancelled", "--yes"))) {
            List<JobView> before = cli.jobs();
            Cli.Said dry = retry(asked, "--dry-run", "-q");
            assertThat(cli.jobs()).as("%s changes nothing", asked).isEqualTo(before);
            Path kept = cli.save();
            assertThat(retry(asked, "-q")).as("%s", asked).isEqualTo(dry);
            cli.restore(kept);
        }
    }

    private Cli.Said retry(List<String> asked, String... more) {
        return cli.run(Stream.of(Stream.of("retry"), asked.stream(), Stream.of(more))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private void deadWithKey(String key) {
        cli.transaction(moves -> moves.enqueue(NewJob.of("mail").withKey(key)));
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, "exit code 1"));
    }

    @Test
    void ofManyThatAFilterMeansThoseThatCanBeAreRetriedAndTheOthersAreTold() {
        deadWithKey("k");
        deadWithKey("k");
        String refused = "workerd: job 2 cannot be retried: job 1 has its key\n";
        assertThat(cli.run("retry", "--state", "dead", "--dry-run"))
                .isEqualTo(said(
                        1,
                        """
                        ID  NAME  QUEUE    STATE  NOTE
                        1   mail  default  dead   exit code 1
                        """,
                        refused));
        assertThat(cli.run("retry", "--state", "dead", "--yes")).isEqualTo(said(1, "", refused + "1 job retried.\n"));
        assertThat(cli.job(1).state()).isEqualTo(JobState.READY);
        assertThat(cli.job(2).state()).isEqualTo(JobState.DEAD);
    }

    @Test
    void aLongChainThatIsRetriedByAFilterIsBlockedBehindOneAnother() {
        int length = 10_001;
        cli.transaction(moves -> {
            long last = moves.enqueue(NewJob.of("chain")).id();
            for (int i = 1; i < length; i++) {
                last = moves.enqueue(NewJob.of("chain").withAfter(List.of(last)))
                        .id();
            }
            return last;
        });
        cli.run("cancel", "--name", "chain", "--yes");
        assertThat(cli.run("retry", "--state", "dead,cancelled", "--yes"))
                .isEqualTo(said(0, "", length + " jobs retried.\n"));
        assertThat(cli.jobs().stream().filter(job -> job.state() == JobState.BLOCKED))
                .hasSize(length - 1);
        for (long id = 1; id < 20; id++) {
            Claim only = cli.claim();
            assertThat(only.jobId()).isEqualTo(id);
            cli.finish(only, Cli.done());
        }
    }

    @Test
    void ofTheNumberOfTheLastAttemptARetryAddsToBoth() {
        cli.transaction(moves -> moves.enqueue(NewJob.of("mail").withMaxAttempts(2)));
        for (int round = 0; round < 2; round++) {
            cli.finish(cli.claim(), Cli.retry(1));
            cli.finish(cli.claim(), Cli.dead("failed", 1, null, "exit code 1"));
            if (round == 0) {
                cli.run("retry", "1");
            }
        }
        assertThat(cli.run("show", "1").out()).contains("attempt      4 of 4\n");
        assertThat(cli.run("list").out()).contains("4/4");
        assertThat(cli.run("show", "1", "--json").out())
                .contains("\"attempt\":4,\"max_attempts\":2,\"last_attempt\":4,");
    }

    @Test
    void deleteTakesTheOutputAlongButNothingOfWhatHasNotEnded() throws IOException {
        dead("mail");
        cli.enqueue("mail");
        Path first = printed(1, 1);
        Path second = printed(2, 1);
        assertThat(cli.run("delete", "1")).isEqualTo(said(0, "", "1 job deleted.\n"));
        assertThat(first).doesNotExist();
        assertThat(cli.run("delete", "2").status()).isEqualTo(1);
        assertThat(second).exists();
        assertThat(cli.jobs()).hasSize(1);
    }

    @Test
    void aFilterTakesOnlyWhatCanBeChanged() {
        dead("mail");
        dead("resize");
        cli.enqueue("mail");
        assertThat(cli.run("retry", "--name", "mail", "--yes", "--json"))
                .isEqualTo(
                        said(0, "{\"ids\":[1],\"jobs\":[{\"id\":1,\"outcome\":\"retried\",\"message\":null}]}\n", ""));
        assertThat(cli.job(2).state()).isEqualTo(JobState.DEAD);
        assertThat(cli.run("retry", "--state", "ready", "--yes"))
                .isEqualTo(said(1, "", "workerd: no matching job can be retried\n  To see all jobs: workerd list\n"));
        assertThat(cli.run("retry", "--state", "ready", "--yes", "--json").out())
                .isEqualTo("{\"ids\":[],\"jobs\":[]}\n");
        assertThat(cli.run("delete", "--state", "ready", "--dry-run", "--json").out())
                .isEqualTo("{\"ids\":[]}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "cancel", "delete"})
    void aFilterNeedsYesWhereNobodyCanBeAsked(String command) {
        dead("mail");
        assertThat(cli.run(command, "--state", "dead"))
                .isEqualTo(said(
                        2,
                        "",
                        "workerd: a filter needs --yes when there is no terminal to ask on\n"
                                + "  To see which jobs would be changed: workerd " + command + " … --dry-run\n"));
        assertThat(cli.job(1).state()).isEqualTo(JobState.DEAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "cancel", "delete"})
    void idsOrAFilterAreNeededAndNotBoth(String command) {
        assertThat(cli.run(command).err()).startsWith("workerd: no jobs given: name their ids, or a filter\n");
        assertThat(cli.run(command, "--yes").status()).isEqualTo(2);
        assertThat(cli.run(command, "1", "--name", "mail").err())
                .startsWith("workerd: give ids or a filter, not both\n");
        assertThat(cli.run(command, "one").status()).isEqualTo(2);
    }

    @Test
    void onATerminalAFilterAsks() {
        dead("mail");
        dead("mail");
        assertThat(cli.onTerminal(80).withInput("n\n").run("delete", "--state", "dead"))
                .isEqualTo(said(1, "", "Delete 2 jobs? [y/N] workerd: nothing was changed\n"));
        assertThat(cli.withInput("").run("delete", "--state", "dead").status()).isEqualTo(1);
        assertThat(cli.jobs()).hasSize(2);
        assertThat(cli.withInput("y\n").run("delete", "--state", "dead"))
                .isEqualTo(said(0, "", "Delete 2 jobs? [y/N] 2 jobs deleted.\n"));
        assertThat(cli.jobs()).isEmpty();
    }

    @Test
    void aDryRunShowsWhatItWouldBeAndChangesNothing() {
        dead("mail");
        cli.enqueue("mail");
        assertThat(cli.run("retry", "--name", "mail", "--dry-run"))
                .isEqualTo(said(
                        0,
                        """
                        ID  NAME  QUEUE    STATE  NOTE
                        1   mail  default  dead   exit code 1
                        """,
                        ""));
        assertThat(cli.run("cancel", "1", "2", "--dry-run", "-q"))
                .isEqualTo(said(1, "2\n", "workerd: job 1 is dead already\n"));
        assertThat(cli.run("delete", "--state", "dead", "--dry-run", "--json"))
                .isEqualTo(said(0, "{\"ids\":[1]}\n", ""));
        assertThat(cli.job(1).state()).isEqualTo(JobState.DEAD);
        assertThat(cli.job(2).state()).isEqualTo(JobState.READY);
    }

    @Test
    void manyJobsAreChangedInManySteps() {
        cli.transaction(moves -> {
            for (int i = 0; i < 1_234; i++) {
                moves.enqueue(NewJob.of("mail"));
            }
            return 0;
        });
        assertThat(cli.run("cancel", "--name", "mail", "--yes")).isEqualTo(said(0, "", "1234 jobs cancelled.\n"));
        assertThat(cli.jobs()).hasSize(1_234).allMatch(job -> job.state() == JobState.CANCELLED);
    }

    @Test
    void aMissingQueueIsSaid() {
        assertThat(cli.run("retry", "1").err()).startsWith("workerd: there is no queue at ");
        assertThat(cli.queueFile()).doesNotExist();
    }
}
