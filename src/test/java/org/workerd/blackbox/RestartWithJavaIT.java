package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code restart} while a handler in Java runs, which cannot be carried over. As long as it runs, the restart is under way:
 * time to break what was checked before.
 */
class RestartWithJavaIT extends PluginDaemonTest {
    private Path go;
    private Path jdk;

    @BeforeEach
    void slowHandlers() throws IOException {
        go = at.top.resolve("go");
        handler("slow", diaryEntry("\"java\"") + until(go) + " return JobResult.done();");
        handler(
                "endless",
                diaryEntry("\"java\"") + " try { Thread.sleep(600_000); } catch (InterruptedException e) { throw e; }"
                        + " return JobResult.done();");
        at.handler(
                "program",
                "echo program >>'" + diary() + "'; while [ ! -e '" + at.top.resolve("end")
                        + "' ]; do sleep 0.02; done");
        jdk = Files.createSymbolicLink(at.top.resolve("jdk"), Path.of(System.getProperty("java.home")));
        at.shell.environment.put("WORKERD_JAVA", jdk.resolve("bin/java").toString());
    }

    @Test
    void aHandlerInJavaMayFinishAndThenIsGivenBack() {
        at.set("daemon.handover_timeout", Installation.text("1s")).configure();
        long daemon = at.start();
        long given = jobs().enqueue("endless");
        long kept = jobs().enqueue("program");
        until("both have begun", () -> diaryLines().size() == 2);
        assertThat(at.workerd("restart").code()).isZero();
        assertThat(at.pid()).isEqualTo(daemon);
        until("it has begun again", () -> diaryLines().size() == 3);
        assertThat(jobs().attempt(given)).isEqualTo(1);
        assertThat(jobs().state(kept)).isEqualTo("running");
        assertThat(at.workerd("cancel", Long.toString(given)).code()).isZero();
        jobs().awaitState(given, "cancelled");
        Installation.write(at.top.resolve("end"), "");
        jobs().awaitState(kept, "done");
    }

    @Test
    void whenTheNewVersionCannotBeExecutedTheOldOneGoesOn() throws Exception {
        long daemon = at.start();
        Shell.Running restart = begin();
        Files.delete(jdk);
        Installation.write(go, "");
        Shell.Done done = restart.await();
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.err()).contains("cannot execute", "workerd (pid " + daemon + ") goes on as before");
        jobs().awaitState(1, "done");
        assertThat(jobs().state(2)).isEqualTo("running");
        // Signals reach it as before, and what was carried by nobody goes on.
        at.signal("USR1");
        at.awaitLog("report: 1 jobs run");
        Installation.write(at.top.resolve("end"), "");
        jobs().awaitState(2, "done");
        jobs().awaitState(jobs().enqueue("program"), "done");
    }

    @Test
    void whenTheNewVersionDiesBeforeItIsReadyItIsAsAfterAKill() {
        expectErrors();
        long daemon = at.start();
        Shell.Running restart = begin();
        String good = Installation.read(at.config);
        Installation.write(at.config, "[daemon]\nnonsense = 1\n");
        Installation.write(go, "");
        Shell.Done done = restart.await();
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.err()).contains("ended before it was ready");
        Installation.awaitEnd(daemon);
        Installation.write(at.config, good);
        Installation.write(at.top.resolve("end"), "");
        at.start();
        jobs().awaitState(2, "done");
        assertThat(jobs().attempt(2)).isEqualTo(2);
        assertThat(jobs().attempt(1)).isEqualTo(1);
    }

    /** A restart that waits for job 1, while job 2 runs. */
    private Shell.Running begin() {
        jobs().enqueue("slow");
        jobs().enqueue("program");
        until("both have begun", () -> diaryLines().size() == 2);
        Shell.Running restart = at.shell.begin(at.line("restart"));
        until("it waits for the handler", () -> head().contains("state=handing-over"));
        return restart;
    }

    private String head() {
        return Installation.read(at.queue.resolveSibling("daemons/1.lock"));
    }
}
