package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that cannot come up says why itself, and leaves no process, no lock and no pidfile. */
class StartFailureIT extends DaemonTest {
    @BeforeEach
    void logsItsFailure() {
        expectErrors();
    }

    @Test
    void everyProblemOfTheConfigurationIsToldAtOnce() {
        at.set("workers.concurrency", "0")
                .set("jobs.timeout", "\"soon\"")
                .set("log.colour", "\"red\"")
                .configure();
        Shell.Done done = refused(at.workerd("start"));
        assertThat(done.code()).isEqualTo(6);
        assertThat(done.err()).contains("workers.concurrency", "jobs.timeout", "log.colour");
    }

    @Test
    void aMissingConfigurationIsTold() throws Exception {
        Files.delete(at.config);
        Shell.Done done = refused(at.workerd("start"));
        assertThat(done.code()).isEqualTo(6);
        assertThat(done.err()).contains(at.config.toString());
    }

    @Test
    void aLogThatCannotBeOpenedIsTold() throws Exception {
        Files.createDirectories(at.log);
        assertThat(refused(at.workerd("start")).err()).contains("cannot open the log", at.log.toString());
        assertThat(at.pidfile).doesNotExist();
    }

    @Test
    void aForeignDatabaseIsToldAndLeftAsItWas() throws Exception {
        Files.createDirectories(at.queue.getParent());
        at.shell.run("sqlite3", at.queue.toString(), "create table mine(x); insert into mine values (1)");
        byte[] before = Files.readAllBytes(at.queue);
        assertThat(refused(at.workerd("start")).err()).contains(at.queue.toString());
        assertThat(Files.readAllBytes(at.queue)).isEqualTo(before);
    }

    @Test
    void aFileThatIsNoDatabaseIsToldAndLeftAsItWas() throws Exception {
        Installation.write(at.queue, "Dear diary, ".repeat(1000));
        assertThat(refused(at.workerd("start")).err()).contains(at.queue.toString());
        assertThat(at.queue).hasContent("Dear diary, ".repeat(1000));
    }

    @Test
    void aQueueNewerThanTheProgramIsTold() throws Exception {
        Files.createDirectories(at.queue.getParent());
        try (Jobs newer = new Jobs(at.queue)) {
            newer.execute("pragma user_version = 4711");
        }
        assertThat(refused(at.workerd("start")).err())
                .contains(at.queue.toString())
                .contains("was made by a newer workerd", "4711", "Upgrade workerd");
    }

    @Test
    void aDamagedQueueIsTold() throws Exception {
        Files.createDirectories(at.queue.getParent());
        try (Jobs filled = new Jobs(at.queue)) {
            filled.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)"
                    + " insert into jobs(name, payload) select 'x', hex(randomblob(50)) from n");
            filled.execute("pragma wal_checkpoint(truncate)");
        }
        try (RandomAccessFile file = new RandomAccessFile(at.queue.toFile(), "rw")) {
            file.seek(file.length() / 2);
            file.write(new byte[65536]);
        }
        byte[] before = Files.readAllBytes(at.queue);
        Shell.Done done = refused(at.workerd("start"));
        assertThat(done.code()).isEqualTo(74);
        assertThat(done.err()).contains(at.queue.toString(), "damaged");
        assertThat(Files.readAllBytes(at.queue)).isEqualTo(before);
    }

    @Test
    void whatAnotherUserMayNotIsTold() throws Exception {
        needsRoot();
        jobs().close();
        List<String> start =
                new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        start.addAll(at.line("start"));
        assertThat(refused(at.shell.run(start)).err()).contains("cannot open the log", "permission denied");
        Path log = Files.createDirectories(at.log.getParent());
        Installation.allow(log, "rwxrwxrwx");
        Shell.Done pidfile = refused(at.shell.run(start));
        assertThat(pidfile.code()).isEqualTo(4);
        assertThat(pidfile.err()).contains("cannot use the pidfile " + at.pidfile);
        Path run = Files.createDirectories(at.pidfile.getParent());
        Installation.allow(run, "rwxrwxrwx");
        Shell.Done queue = refused(at.shell.run(start));
        assertThat(queue.code()).isEqualTo(4);
        assertThat(queue.err()).contains("cannot open the queue " + at.queue);
    }

    @Test
    void whoMayNotUseTheQueueIsToldSoByEveryCommand() {
        needsRoot();
        at.handler("work", "true");
        at.start();
        for (List<String> command : List.of(List.of("list"), List.of("show", "1"), List.of("enqueue", "work"))) {
            List<String> line =
                    new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
            line.addAll(at.line(command.toArray(String[]::new)));
            Shell.Done done = at.shell.run(line);
            assertThat(done.code()).as("%s: %s", command, done.err()).isEqualTo(4);
            assertThat(done.err()).contains("permission denied");
        }
        at.stop();
    }

    @Test
    void aJvmThatEndsBeforeTheDaemonIsReadyIsToldAtOnce() {
        javaThat("echo 'no memory today' >&2; exit 1");
        long since = System.nanoTime();
        assertThat(refused(at.workerd("start")).err()).contains("no memory today");
        assertThat(System.nanoTime() - since).isLessThan(10_000_000_000L);
    }

    @Test
    void aDaemonKilledBeforeItIsReadyIsToldAtOnce() {
        javaThat("kill -9 $$");
        assertThat(refused(at.workerd("start")).err()).contains("ended before it was ready");
    }

    @Test
    void aDaemonThatHangsBeforeItIsReadyIsEnded() {
        javaThat("sleep 600 & sleep 601");
        assertThat(refused(at.workerd("start")).err()).contains("was not ready after 2 s and was ended");
    }

    @Test
    void aDaemonThatHangsWithItsPidfileClaimedLeavesNoPidfile() {
        javaThat("( until [ -e '" + at.pidfile + "' ]; do sleep 0.01; done; kill -STOP $$ ) & exec java \"$@\"");
        assertThat(refused(at.workerd("start")).err()).contains("was not ready after 2 s and was ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "INT"})
    void anAbortedStartLeavesNothing(String signal) throws Exception {
        Shell.Running start = at.shell.begin(at.line("start"));
        until("a daemon begins", () -> Proc.of(at.top).stream()
                .anyMatch(process -> process.commandLine().contains("--ready-descriptor")));
        at.shell.kill(signal, start.process().pid());
        assertThat(start.await().code()).isNotZero();
        until("nothing is left", () -> Proc.of(at.top).isEmpty());
        assertThat(at.pidfile).doesNotExist();
        assertThat(at.workerd("status").code()).isEqualTo(3);
    }

    @Test
    void anAbortedStartThatWaitsForThePidfileNeverBecomesADaemon() throws Exception {
        Installation.write(at.pidfile, "");
        Shell.Running holder = holdPidfile("+<", "");
        List<String> aborted = new ArrayList<>(List.of("timeout", "-s", "KILL", "4"));
        aborted.addAll(at.line("start"));
        assertThat(at.shell.run(aborted).code()).isEqualTo(137);
        until("only the holder is left", () -> Proc.of(at.top).stream()
                .allMatch(process -> process.pid() == holder.process().pid()));
        at.shell.kill("KILL", holder.process().pid());
        holder.await();
        assertThat(at.workerd("status").code()).isEqualTo(1);
    }

    /** A java that does this instead of the daemon; the launcher of the daemon loses patience after 2 s. */
    private void javaThat(String does) {
        Path java = Installation.program(
                at.top.resolve("java"),
                """
                #!/bin/sh
                case "$*" in
                    *-version*) exec java -version ;;
                    *' run '*) %s ;;
                    *) exec java -Dworkerd.start.patience=PT2S "$@" ;;
                esac
                """
                        .formatted(does));
        at.shell.environment.put("WORKERD_JAVA", java.toString());
    }

    private Shell.Done refused(Shell.Done done) {
        assertThat(done.code()).isNotZero();
        assertThat(done.err()).doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(Proc.of(at.top)).isEmpty();
        if (!Files.isDirectory(at.pidfile)) {
            assertThat(at.pidfile).doesNotExist();
        }
        return done;
    }
}
