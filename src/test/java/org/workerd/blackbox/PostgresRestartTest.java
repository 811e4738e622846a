package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;

/** Daemons of a queue on PostgreSQL that are executed anew while a program runs, each as if on a machine of its own. */
abstract class PostgresRestartTest {
    static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final AtomicInteger QUEUES = new AtomicInteger();
    static PostgresCluster cluster;

    @TempDir
    Path temporary;

    final String schema = "queue" + QUEUES.incrementAndGet();
    private final List<Installation> machines = new ArrayList<>();
    Path diary;

    @BeforeAll
    static void startTheServer() {
        cluster = PostgresCluster.start(List.of());
    }

    @AfterAll
    static void stopTheServer() throws IOException {
        cluster.close();
    }

    @BeforeEach
    void noDiary() {
        diary = temporary.resolve("diary");
    }

    @AfterEach
    void stopAll() throws IOException {
        for (Installation machine : machines) {
            if (Files.exists(machine.pidfile)) {
                machine.shell.run("kill", "-CONT", Long.toString(machine.pid()));
                machine.workerd("stop", "--now", "--timeout", "20s");
            }
        }
    }

    /** With a directory of its own, as one of several machines would have. */
    Installation machine(String name) throws IOException {
        return machine(name, url(PostgresCluster.USER, cluster.port()));
    }

    String url(String user, int port) {
        return "postgresql://" + user + "@127.0.0.1:" + port + "/postgres?schema=" + schema;
    }

    Installation machine(String name, String url) throws IOException {
        Installation machine = new Installation(Files.createDirectory(temporary.resolve(name)));
        machine.set("queue.url", Installation.text(url))
                .set("daemon.dir", Installation.text("own"))
                .set("queue.fence", Installation.text("10m"))
                .configure();
        machine.handler(
                "long",
                "echo \"begin " + name + " $$\" >>'" + diary + "'; echo before\n"
                        + "echo '30 before' >>\"$WORKERD_PROGRESS\"\n"
                        + "while [ ! -e '" + temporary.resolve("go") + "' ]; do sleep 0.05; done\n"
                        + "echo after; printf '{\"n\":1}' >\"$WORKERD_RESULT\"\n"
                        + "echo \"end " + name + "\" >>'" + diary + "'");
        machines.add(machine);
        return machine;
    }

    List<String> diaryLines() {
        return Files.exists(diary) ? Installation.read(diary).lines().toList() : List.of();
    }

    static String enqueue(Installation machine, String... job) {
        String[] line = Arrays.copyOf(new String[] {"enqueue"}, 1 + job.length);
        System.arraycopy(job, 0, line, 1, job.length);
        Shell.Done done = machine.workerd(line);
        assertThat(done.code()).as(done.toString()).isZero();
        return done.out().strip();
    }

    /**
     * A job that waits until {@link #go}.
     *
     * @param program the number of its process
     */
    record Begun(Installation machine, String id, long program) {}

    /** The first job, once the daemon that was started runs it. */
    Begun begin(Installation machine, String... options) {
        List<String> job = new ArrayList<>(List.of("long"));
        job.addAll(List.of(options));
        return new Begun(machine, enqueue(machine, job.toArray(String[]::new)), program());
    }

    /** Its program began and ended once, where it began. */
    void assertEndsWhereItBegan(Begun job) throws IOException {
        go();
        await(job.machine(), job.id());
        assertThat(diaryLines()).containsExactly("begin one " + job.program(), "end one");
    }

    /** Its program was ended, and another machine ran the job. */
    void assertEndsOnTwo(Begun job, Installation two) throws IOException {
        go();
        await(two, job.id());
        assertThat(diaryLines()).hasSize(3).last().isEqualTo("end two");
    }

    /** The number of its process, once it runs. */
    private long program() {
        DaemonTest.until("it runs", PATIENCE, () -> diaryLines().size() == 1);
        return Long.parseLong(diaryLines().get(0).split(" ")[2]);
    }

    void restart(Installation machine) {
        Shell.Done done = machine.workerd("restart");
        assertThat(done.code()).as(done + machine.logText()).isZero();
        assertThat(done.err()).isEqualTo("workerd restarted (pid " + machine.pid() + "), 1 job goes on\n");
    }

    /** The next version has just begun, and stands still before it can do anything. */
    static long stopInTheMidst(Installation machine) {
        long daemon = machine.pid();
        while (true) {
            long before = restarted(machine);
            machine.signal("USR2");
            DaemonTest.until(
                    "the next version",
                    PATIENCE,
                    () -> machine.daemon().name().equals("java") || restarted(machine) > before);
            machine.signal("STOP");
            DaemonTest.until("it stands still", PATIENCE, () -> machine.daemon().state() == 'T');
            if (machine.daemon().name().equals("java")) {
                return daemon;
            }
            // It was quicker.
            machine.signal("CONT");
            DaemonTest.until("it is restarted", PATIENCE, () -> restarted(machine) > before);
        }
    }

    private static long restarted(Installation machine) {
        return machine.logText()
                .lines()
                .filter(line -> line.contains("restarted in place"))
                .count();
    }

    void go() throws IOException {
        Files.createFile(temporary.resolve("go"));
    }

    static void await(Installation machine, String id) {
        Shell.Done done = machine.workerd("wait", id, "--timeout", "40s");
        assertThat(done.code()).as(done + machine.logText()).isZero();
    }

    static boolean isStopped(long program) {
        return Proc.of(program).filter(process -> process.state() == 'T').isPresent();
    }

    static boolean isGone(long program) {
        return Proc.of(program).filter(process -> !process.isOver()).isEmpty();
    }
}
