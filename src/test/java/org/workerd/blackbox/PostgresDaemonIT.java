package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Cable;
import org.workerd.PostgresCluster;
import org.workerd.ops.HostName;

/** Daemons with a queue on PostgreSQL: each has a directory of its own, as two machines would. */
class PostgresDaemonIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path temporary;

    private PostgresCluster cluster;
    private final List<Installation> machines = new ArrayList<>();
    private Path diary;

    @BeforeEach
    void startTheServer() {
        cluster = PostgresCluster.start(List.of());
        diary = temporary.resolve("diary");
    }

    @AfterEach
    void stopAll() throws IOException {
        for (Installation machine : machines) {
            if (Files.exists(machine.pidfile)) {
                machine.workerd("stop", "--now", "--timeout", "20s");
            }
        }
        cluster.close();
    }

    private Installation machine(String name) throws IOException {
        return machine(name, cluster.port());
    }

    private Installation machine(String name, int port) throws IOException {
        return machine(name, PostgresCluster.USER, port);
    }

    private Installation machine(String name, String user, int port) throws IOException {
        Installation machine = new Installation(Files.createDirectory(temporary.resolve(name)));
        machine.set(
                        "queue.url",
                        Installation.text("postgresql://" + user + "@127.0.0.1:" + port + "/postgres?schema=jobs"))
                .set("daemon.dir", Installation.text("own"))
                .set("queue.fence", Installation.text("2s"))
                .configure();
        machine.handler("note", "echo \"$WORKERD_JOB_ID $1\" >>'" + diary + "'");
        machine.handler(
                "long",
                "echo \"begin " + name + " $$\" >>'" + diary + "'\n"
                        + "while [ ! -e '" + temporary.resolve("go") + "' ]; do sleep 0.05; done\n"
                        + "echo \"end " + name + "\" >>'" + diary + "'");
        machine.handler(
                "talk",
                "echo first\nwhile [ ! -e '" + temporary.resolve("go")
                        + "' ]; do sleep 0.05; done\necho second\nexit 78");
        machines.add(machine);
        return machine;
    }

    private List<String> diaryLines() {
        return Files.exists(diary) ? Installation.read(diary).lines().toList() : List.of();
    }

    private String enqueue(Installation machine, String... job) {
        List<String> words = new ArrayList<>(List.of("enqueue"));
        words.addAll(List.of(job));
        Shell.Done done = machine.workerd(words.toArray(String[]::new));
        assertThat(done.code()).as(done.toString()).isZero();
        return done.out().strip();
    }

    @Test
    void aJobIsStoredRunSeenAndAwaited() throws IOException {
        Installation one = machine("one");
        one.start();

        String id = enqueue(one, "note", "hello");
        Shell.Done waited = one.workerd("wait", id, "--timeout", "30s");

        assertThat(waited.code()).as(waited + one.logText()).isZero();
        assertThat(diaryLines()).containsExactly(id + " hello");
        assertThat(one.workerd("show", id).out()).contains("done");
        assertThat(one.workerd("list").out()).contains("note");
        assertThat(one.workerd("stats").code()).isZero();
        one.stop();
    }

    /** A daemon's directory is of no use there, and perhaps not to be made by who enqueues. */
    @Test
    void whereNoDaemonRunsNothingIsMadeForOne() throws IOException {
        Installation one = machine("one");
        one.start();
        Installation application = machine("application");

        enqueue(application, "note", "hello", "--force");

        assertThat(one.top.resolve("own")).isDirectory();
        assertThat(application.top.resolve("own")).doesNotExist();
        one.stop();
    }

    @Test
    void aChangeOfManyJobsTakesFewConnections() throws Exception {
        cluster.run("create role guest login; grant create on database postgres to guest");
        Installation one = machine("one", "guest", cluster.port());
        enqueue(one, "note", "first", "--force");
        cluster.run("insert into jobs.jobs (name) select 'note' from generate_series(1, 5000)");
        cluster.run("alter role guest connection limit 5");

        Shell.Done cancelled = one.workerd("cancel", "--name", "note", "--yes", "-q");

        assertThat(cancelled.code()).as(cancelled.err()).isZero();
        assertThat(cancelled.out().lines()).hasSize(5001);
    }

    @Test
    void anInsertInAnApplicationsTransactionIsAJobOnceItIsCommittedAndNeverBefore() throws Exception {
        Installation one = machine("one");
        one.start();

        try (Connection application = cluster.connect(PostgresCluster.USER);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("insert into jobs.jobs (name, args) values ('note', '[\"never\"]')");
            application.rollback();
            statement.execute("insert into jobs.jobs (name, args) values ('note', '[\"once\"]')");
            application.commit();
        }

        // The poll interval is ten minutes: it was woken.
        DaemonTest.until("the job runs", PATIENCE, () -> diaryLines().size() == 1);
        assertThat(diaryLines().get(0)).endsWith(" once");
        one.stop();
    }

    /** Its guardian ends what it left running before the server frees its lock. */
    @Test
    void anotherMachineTakesOverFromAKilledDaemonOnceNothingOfItsJobRuns() throws IOException {
        Installation one = machine("one");
        one.start();
        enqueue(one, "long");
        DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
        long program = Long.parseLong(diaryLines().get(0).split(" ")[2]);
        Installation two = machine("two");
        two.start();

        one.kill9();

        DaemonTest.until(
                "the other machine runs it", PATIENCE, () -> diaryLines().size() == 2);
        assertThat(diaryLines().get(1)).startsWith("begin two");
        assertThat(Proc.of(program).filter(process -> !process.isOver())).isEmpty();
        Files.createFile(temporary.resolve("go"));
        DaemonTest.until("it ends there", PATIENCE, () -> diaryLines().size() == 3);
        two.stop();
        assertThat(one.workerd("status").code()).isEqualTo(1);
    }

    @Test
    void whatAJobPrintsIsReadOnEveryMachineAndFollowedAsItComes() throws Exception {
        Installation one = machine("one");
        Installation two = machine("two");
        one.start();
        String id = enqueue(one, "talk");

        CompletableFuture<Shell.Done> followed = CompletableFuture.supplyAsync(() -> two.workerd("logs", "-f", id));
        DaemonTest.until("the follower was sent the first line", PATIENCE, () -> count("follower_news_number_seq") > 0);
        assertThat(followed).isNotDone();
        Files.createFile(temporary.resolve("go"));

        assertThat(followed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).out()).isEqualTo("first\nsecond\n");
        assertThat(two.workerd("logs", id).out()).isEqualTo("first\nsecond\n");
        assertThat(two.workerd("show", id, "--json").out()).contains("\"host\":\"" + HostName.own() + "\"");
        assertThat(count("followers_id_seq"))
                .as("a second one was never asked for")
                .isEqualTo(1);
        two.workerd("delete", id);
        assertThat(two.workerd("logs", id).code()).isEqualTo(1);
        one.stop();

        two.set("queue.url", Installation.text(cluster.url("postgres", "postgres", "other")))
                .set(
                        "daemon.dir",
                        Installation.text(temporary.resolve("one/own").toString()))
                .configure();
        assertThat(two.workerd("start").err()).contains("holds what daemons of another queue keep on this machine");
    }

    /** How many numbers a sequence has given away. */
    private long count(String sequence) {
        try (Connection connection = cluster.connect(PostgresCluster.USER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select case when is_called then last_value else 0 end from jobs." + sequence)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void aRestartOfTheServerCostsNoJob() throws Exception {
        Installation one = machine("one");
        one.start();
        String running = enqueue(one, "long");
        DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);

        endSessions();
        Files.createFile(temporary.resolve("go"));
        String later = enqueue(one, "note", "later");

        assertThat(one.workerd("wait", running, later, "--timeout", "40s").code())
                .as(one.logText())
                .isZero();
        assertThat(diaryLines()).containsExactlyInAnyOrder(diaryLines().get(0), "end one", later + " later");
        one.stop();
    }

    @Test
    void aProgramStandsStillWhileItsDaemonIsCutOffAndGoesOnWhenItIsBackInTime() throws Exception {
        try (Cable cable = Cable.to(cluster.port())) {
            Installation one = machine("one", cable.port());
            one.start();
            String id = enqueue(one, "long");
            DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
            long program = Long.parseLong(diaryLines().get(0).split(" ")[2]);

            cable.cut();
            DaemonTest.until("it stands still", PATIENCE, () -> isStopped(program));
            cable.mend();
            DaemonTest.until("it goes on", PATIENCE, () -> !isStopped(program));
            Files.createFile(temporary.resolve("go"));

            assertThat(one.workerd("wait", id, "--timeout", "40s").code())
                    .as(one.logText())
                    .isZero();
            assertThat(diaryLines()).hasSize(2);
            one.stop();
        }
    }

    /** The other machine may only have it when nothing of it moves here; what comes back too late is ended. */
    @Test
    void aDaemonThatIsBackTooLateEndsWhatAnotherHasTakenOver() throws Exception {
        try (Cable cable = Cable.to(cluster.port())) {
            Installation one = machine("one", cable.port());
            one.start();
            String id = enqueue(one, "long");
            DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
            long program = Long.parseLong(diaryLines().get(0).split(" ")[2]);
            Installation two = machine("two");
            two.start();

            cable.cut();
            DaemonTest.until("it stands still", PATIENCE, () -> isStopped(program));
            assertThat(diaryLines()).hasSize(1);
            cable.dropAtTheServer();
            DaemonTest.until("the other has it", PATIENCE, () -> diaryLines().size() == 2);
            assertThat(isStopped(program)).isTrue();
            cable.mend();
            DaemonTest.until("it is ended", PATIENCE, () -> Proc.of(program)
                    .filter(process -> !process.isOver())
                    .isEmpty());
            Files.createFile(temporary.resolve("go"));

            assertThat(two.workerd("wait", id, "--timeout", "40s").code()).isZero();
            assertThat(diaryLines().get(2)).isEqualTo("end two");
            // It serves the queue again.
            two.stop();
            String later = enqueue(one, "note", "later");
            assertThat(one.workerd("wait", later, "--timeout", "40s").code())
                    .as(one.logText())
                    .isZero();
            one.stop();
        }
    }

    /** Its lock is free at once, long before its fence would act: others take over after a second. */
    @Test
    void aDaemonThatAWorkingServerRefusesStopsItsProgramsBeforeAnotherTakesOver() throws Exception {
        cluster.run("create role guest login; grant create on database postgres to guest");
        Installation one = machine("one", "guest", cluster.port());
        one.set("queue.fence", Installation.text("10m")).configure();
        one.start();
        String id = enqueue(one, "long");
        DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
        long program = Long.parseLong(diaryLines().get(0).split(" ")[2]);
        Installation two = machine("two");
        two.start();

        cluster.run("alter role guest connection limit 0");
        cluster.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest'");
        DaemonTest.until("the other has it", PATIENCE, () -> diaryLines().size() == 2);
        assertThat(isStopped(program)).isTrue();
        assertThat(one.logText()).contains("this daemon cannot show the server that it lives");

        cluster.run("alter role guest connection limit -1");
        DaemonTest.until("it is ended", PATIENCE, () -> Proc.of(program)
                .filter(process -> !process.isOver())
                .isEmpty());
        Files.createFile(temporary.resolve("go"));
        assertThat(two.workerd("wait", id, "--timeout", "40s").code()).isZero();
        assertThat(diaryLines()).hasSize(3).last().isEqualTo("end two");
        two.stop();
        one.stop();
    }

    /** Its session has ended already, so nobody waits for that; and the kernel lets go on what stood still. */
    @Test
    void whatADaemonLeavesThatIsKilledWhileItConnectsAgainIsEnded() throws Exception {
        cluster.run("create role guest login; grant create on database postgres to guest");
        Installation one = machine("one", "guest", cluster.port());
        one.handler("deaf", "trap '' HUP; echo $$ >>'" + diary + "'; while :; do sleep 0.05; done");
        one.start();
        enqueue(one, "deaf");
        DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
        long program = Long.parseLong(diaryLines().get(0));

        cluster.run("alter role guest connection limit 0");
        cluster.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest'");
        one.awaitLog("this daemon cannot show the server that it lives");
        one.kill9();
        DaemonTest.until("it is ended", PATIENCE, () -> Proc.of(program)
                .filter(process -> !process.isOver())
                .isEmpty());
    }

    private static boolean isStopped(long program) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(program), "stat"))
                .contains(") T ");
    }

    /** As the server does when it is told to shut down at once. */
    private void endSessions() throws SQLException {
        cluster.run("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where application_name = 'workerd' and pid <> pg_backend_pid()");
    }

    @Test
    void whatIsEnqueuedBesideItRunsOnceEach() throws IOException {
        Installation one = machine("one");
        one.start();
        for (int i = 0; i < 20; i++) {
            enqueue(one, "note", "job" + i);
        }
        DaemonTest.until("all have run", PATIENCE, () -> diaryLines().size() == 20);
        assertThat(diaryLines()).doesNotHaveDuplicates();
        one.stop();
    }
}
