package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The init script against the real tree and a real daemon of another user. */
class InitScriptIT extends DaemonTest {
    @BeforeEach
    void becomeAnAdministrator() throws Exception {
        needsRoot();
        needs("start-stop-daemon");
        Path defaults = Files.writeString(
                at.top.resolve("defaults"),
                "WORKERD_BIN='" + Installation.LAUNCHER + "'\nWORKERD_CONFIG='" + at.config
                        + "'\nWORKERD_USER=nobody\n");
        String installed = Files.readString(Path.of("init.d/workerd"));
        Installation.program(script(), installed.replace("=/etc/default/workerd", "='" + defaults + "'"));
        for (Path place : List.of(at.queue.getParent(), at.log.getParent())) {
            Files.createDirectories(place);
            Files.setAttribute(place, "unix:uid", 65534);
        }
    }

    @Test
    void itStartsShowsAndStopsADaemonOfTheUser() throws Exception {
        assertThat(init("status").code()).isEqualTo(3);
        assertThat(init("stop").code()).isZero();
        assertThat(init("try-restart").code()).isZero();
        assertThat(at.pidfile).doesNotExist();
        assertThat(init("reload").code()).isEqualTo(7);
        assertThat(init("start")).matches(done -> done.code() == 0);
        assertThat(at.daemon().status("Uid")).startsWith("65534\t65534\t65534");
        assertThat(at.daemon().status("Groups")).doesNotMatch("(.* )?0( .*)?");
        assertThat(init("status").code()).isZero();
        long pid = at.pid();
        assertThat(init("start").code()).isZero();
        assertThat(at.pid()).isEqualTo(pid);
        at.handler("who", "id -u >\"$WORKERD_RESULT\"");
        long id = jobs().enqueue("who");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("65534\n");
        assertThat(init("stop").code()).isZero();
        assertThat(init("status").code()).isEqualTo(3);
    }

    @Test
    void nothingOfRootsSessionReachesTheDaemon() {
        at.set("cron.nightly.schedule", "\"0 3 * * *\"")
                .set("cron.nightly.name", "\"who\"")
                .configure();
        at.shell.environment.putAll(Map.of(
                "TZ", "America/New_York",
                "WORKERD_LOG__LEVEL", "debug",
                "WORKERD_JOB_ID", "7",
                "HOME", "/root"));
        at.shell.environment.put("defaults", "/none");
        at.shell.environment.put("WORKERD_DEFAULTS", "/none");
        assertThat(init("start").code()).isZero();
        assertThat(at.daemon().environment())
                .noneMatch(variable -> variable.matches("(TZ|WORKERD_LOG__LEVEL|WORKERD_JOB_ID)=.*|HOME=/root"));
        assertThat(jobs().ask("select timing from cron")).doesNotContain("New_York");
        assertThat(init("stop").code()).isZero();
    }

    /** Root may read anything, another user may not. */
    @Test
    void whatAHandlerForbidsItsOwnUserIsReadAndRemovedAllTheSame() throws Exception {
        at.handler(
                "seal",
                "echo sealed >\"$WORKERD_RESULT\"; chmod 000 \"$WORKERD_RESULT\"; mkdir -p a/b; chmod 000 a/b a .");
        assertThat(init("start").code()).isZero();
        long id = jobs().enqueue("seal");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("sealed\n");
        assertThat(at.queue.resolveSibling("scratch/1/0")).doesNotExist();
        assertThat(init("stop").code()).isZero();
    }

    /** What is open there the daemon's user could take from his process, and read and type as root. */
    @Test
    void theUsersLauncherHasNothingOfRootsTerminal() throws Exception {
        needs("script");
        Path seen = at.log.resolveSibling("seen");
        Path recording = Installation.program(
                at.top.resolve("recording"),
                "#!/bin/sh\nif [ \"$3\" = start ]; then id -u >'" + seen + "'; cut -d' ' -f7 /proc/$$/stat >>'" + seen
                        + "'; (readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >>'" + seen + "'); fi\nexec '"
                        + Installation.LAUNCHER + "' \"$@\"\n");
        Installation.write(
                at.top.resolve("defaults"),
                "WORKERD_BIN='" + recording + "'\nWORKERD_CONFIG='" + at.config + "'\nWORKERD_USER=nobody\n");
        Shell.Done started = at.shell.run("script", "-qec", "sh '" + script() + "' start", "/dev/null");
        assertThat(started.code()).as(started.out()).isZero();
        assertThat(seen).content().matches("65534\n0\n/dev/null\n(pipe:.*\n){2}");
        assertThat(init("stop").code()).isZero();
    }

    @Test
    void stopWaitsForTheJobThatRuns() {
        at.handler("slow", "sleep 1.5");
        assertThat(init("start").code()).isZero();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        assertThat(init("stop").code()).isZero();
        assertThat(jobs().state(id)).isEqualTo("done");
        assertThat(at.pidfile).doesNotExist();
    }

    @Test
    void itRestartsAndTouchesNoOtherJvm() {
        long stranger = at.shell
                .begin(List.of("java", "-cp", Installation.TREE + "/lib/*", "-Xmx32m", "-version"))
                .process()
                .pid();
        Shell.Running other = at.shell.begin(List.of("perl", "-e", "$0 = 'workerd'; sleep 600"));
        assertThat(init("start").code()).isZero();
        long first = at.pid();
        for (String action : List.of("restart", "try-restart")) {
            Shell.Done done = init(action);
            assertThat(done.code()).isZero();
            assertThat(done.err()).isEqualTo("workerd restarted (pid " + first + ")\n");
            assertThat(at.pid()).isEqualTo(first);
        }
        assertThat(init("stop").code()).isZero();
        assertThat(init("restart").code()).isZero();
        assertThat(init("stop").code()).isZero();
        assertThat(other.process().isAlive()).isTrue();
        assertThat(stranger).isPositive();
        at.shell.kill("KILL", other.process().pid());
        other.await();
    }

    @Test
    void aKilledDaemonIsToldFromAStoppedOneAndStartsAgain() {
        at.handler("work", "exit 0");
        assertThat(init("start").code()).isZero();
        at.kill9();
        assertThat(init("status").code()).isEqualTo(1);
        assertThat(init("start").code()).isZero();
        jobs().awaitState(jobs().enqueue("work"), "done");
        assertThat(init("stop").code()).isZero();
    }

    private Shell.Done init(String action) {
        return at.shell.run("sh", script().toString(), action);
    }

    private Path script() {
        return at.top.resolve("init-script");
    }
}
