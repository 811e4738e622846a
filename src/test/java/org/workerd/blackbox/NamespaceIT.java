package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Daemons of one queue in PID namespaces of their own, as containers have them: one cannot see the processes of another,
 * and no two attempts of a job run at once all the same.
 */
class NamespaceIT extends DaemonTest {
    private final List<Shell.Running> containers = new ArrayList<>();

    @BeforeEach
    void canMakeNamespaces() {
        needsRoot();
        needs("unshare");
        at.handler("quick", "exit 0");
    }

    @AfterEach
    void endContainers() {
        // Their first process: all others end with it.
        containers.forEach(container -> Proc.all().stream()
                .filter(process -> process.parent() == container.process().pid())
                .forEach(process -> at.shell.kill("KILL", process.pid())));
        // unshare waits for it, and it is over only when all others are.
        containers.forEach(
                container -> until("it is over", () -> !container.process().isAlive()));
    }

    /** A daemon in the foreground that is not the first process of its namespace, which outlives it. Its log. */
    private Path contain(Installation daemon) {
        List<String> line = new ArrayList<>(List.of(
                "unshare",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                "sh",
                "-c",
                "{ \"$@\"; echo ended with $? >&2; } & while :; do sleep 1; done",
                "sh"));
        line.addAll(daemon.line("run"));
        Shell.Running container = at.shell.begin(line);
        containers.add(container);
        until("it is up", Duration.ofSeconds(60), () -> Installation.read(container.err())
                .contains("workerd is running"));
        return container.err();
    }

    private boolean isDaemon(Proc process) {
        return process.name().equals("workerd");
    }

    private void killDaemon() {
        Proc daemon =
                Proc.of(at.top).stream().filter(this::isDaemon).findFirst().orElseThrow();
        at.shell.kill("KILL", daemon.pid());
        Installation.awaitEnd(daemon.pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "exec >/dev/null 2>&1;", "exec </dev/null;", "exec </dev/null >/dev/null 2>&1;"})
    void aJobWhoseDaemonDiedInAnotherNamespaceWaitsUntilItsProgramHasEnded(String redirection) {
        boolean hidden = redirection.startsWith("exec </dev/null >");
        // Where it has let go of all that it was given, one of its processes has not.
        at.handler(
                "long",
                (hidden ? "sleep 600 & echo $! >'" + at.top.resolve("child") + "';" : "") + redirection
                        + "echo start $WORKERD_ATTEMPT >>'" + diary() + "'\n"
                        + "until [ -e '" + at.top.resolve("go") + "' ]; do sleep 0.05; done\n"
                        + "echo end $WORKERD_ATTEMPT >>'" + diary() + "'\n"
                        + (hidden ? "kill $(cat '" + at.top.resolve("child") + "')" : ""));
        contain(at);
        long id = jobs().insert("name", "long", "payload", redirection.isEmpty() ? null : "x");
        until("it has begun", () -> diaryLines().contains("start 1"));
        killDaemon();
        Installation second = other("second");
        Path log = contain(second);
        until("the second one says so", () -> Installation.read(log).contains("the job waits until it ends"));
        for (int i = 0; i < 5; i++) {
            jobs().awaitState(jobs().enqueue("quick"), "done");
        }
        assertThat(diaryLines()).containsExactly("start 1");
        assertThat(jobs().state(id)).isEqualTo("running");
        // From out here its processes are seen.
        assertThat(at.workerd("doctor").out())
                .containsPattern(
                        "job " + id + ", attempt 1 is still running although its daemon, pid \\d+,\\s+is dead");
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("start 1", "end 1", "start 2", "end 2");
        assertThat(jobs().ask("select outcome from attempts where id = ? and number = 1", id))
                .isEqualTo("daemon died");
        until("nothing of the dead daemon is left", () -> !Files.exists(at.queue.resolveSibling("daemons/1.lock")));
    }

    @Test
    void whatRunsInAnotherNamespaceIsSeenByItsLocks() {
        long pid = at.start();
        List<String> elsewhere = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--mount-proc"));
        // A lock of its own, or the kernel would list none at all there.
        Path own = at.top.resolve("own.lock");
        elsewhere.addAll(List.of("flock", own.toString()));
        List<String> run = new ArrayList<>(elsewhere);
        run.addAll(at.line("run"));
        Shell.Done second = at.shell.run(run);
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err()).contains("already running (pid " + pid + " in another PID namespace)");
        List<String> stats = new ArrayList<>(elsewhere);
        stats.addAll(at.line("stats", "--json"));
        assertThat(at.shell.run(stats).out()).contains("\"daemons\":[{\"pid\":" + pid + ",");
        List<String> doctor = new ArrayList<>(elsewhere);
        doctor.addAll(at.line("doctor"));
        assertThat(at.shell.run(doctor).out()).contains("running in another PID namespace, pid " + pid + " there");
    }

    @Test
    void aDaemonThatWaitsForAProgramOfAnotherNamespaceEndsWhenToldTo() {
        at.handler("long", "echo start >>'" + diary() + "'; exec sleep 600");
        contain(at);
        long id = jobs().enqueue("long");
        until("it has begun", () -> diaryLines().contains("start"));
        killDaemon();
        Installation second = other("second");
        Path log = contain(second);
        until("the second one waits", () -> Installation.read(log).contains("the job waits until it ends"));
        Proc waiting =
                Proc.of(at.top).stream().filter(this::isDaemon).findFirst().orElseThrow();
        at.shell.kill("TERM", waiting.pid());
        until("it has ended", () -> Installation.read(log).contains("ended with "));
        assertThat(Installation.read(log)).contains("ended with 0\n");
        assertThat(jobs().state(id)).isEqualTo("running");
        assertThat(diaryLines()).containsExactly("start");
    }

    @Test
    void aChildThatOutlivesItsProgramCountsToo() {
        at.handler(
                "parent",
                "echo start $WORKERD_ATTEMPT >>'" + diary() + "'; [ $WORKERD_ATTEMPT -gt 1 ] && exit 0\n"
                        + "(setsid sh -c 'until [ -e \"" + at.top.resolve("go") + "\" ]; do sleep 0.05; done' &)\n"
                        + "sleep 600");
        contain(at);
        long id = jobs().enqueue("parent");
        until("it has begun", () -> diaryLines().contains("start 1"));
        killDaemon();
        Proc.of(at.top).stream()
                .filter(process -> process.name().equals("parent"))
                .forEach(process -> at.shell.kill("KILL", process.pid()));
        Proc.all().stream()
                .filter(process -> process.commandLine().equals(List.of("sleep", "600", "")))
                .filter(process ->
                        process.environment().stream().anyMatch(variable -> variable.contains(at.top.toString())))
                .forEach(process -> at.shell.kill("KILL", process.pid()));
        Installation second = other("second");
        Path log = contain(second);
        until("the second one says so", () -> Installation.read(log).contains("the job waits until it ends"));
        assertThat(jobs().state(id)).isEqualTo("running");
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("start 1", "start 2");
    }

    /** Here it can be seen: it has left its group and its marks, not its output. */
    @Test
    void whatHidesFromMarksAndGroupsIsEndedByTheLockThatItHolds() {
        at.handler(
                "hides",
                "echo start $WORKERD_ATTEMPT >>'" + diary() + "'; [ $WORKERD_ATTEMPT -gt 1 ] && exit 0\n"
                        + "setsid env -i WORKERD_TEST='" + at.top + "' sleep 600");
        at.start();
        long id = jobs().enqueue("hides");
        until("it has begun", () -> Proc.of(at.top).stream()
                .anyMatch(process -> process.name().equals("sleep") && process.group() == process.pid()));
        at.kill9();
        at.start();
        jobs().awaitState(id, "done");
        assertThat(Proc.of(at.top)).noneMatch(process -> process.name().equals("sleep"));
    }
}
