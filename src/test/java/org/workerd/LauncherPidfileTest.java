package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pidfile is worth: only who holds its lock is the daemon, and nobody else is signalled. */
class LauncherPidfileTest extends LauncherStage {
    @ParameterizedTest
    @CsvSource({
        "absent,         3, 0, 7",
        "empty,          1, 0, 7",
        "garbage,        1, 0, 7",
        "negative,       1, 0, 7",
        "zero,           1, 0, 7",
        "stale,          1, 0, 7",
        "recycled,       1, 0, 7",
        "world-writable, 1, 0, 7",
        "huge,           1, 0, 7",
        "directory,      4, 1, 1",
        "symlink,        4, 1, 1",
        "fifo,           4, 1, 1",
    })
    void aPidfileWithoutALockSignalsNobody(String kind, int status, int stop, int reload) throws Exception {
        Process victim = start(List.of("sleep", "600"));
        plant(kind, victim.pid());

        assertThat(workerd("status", "--json"))
                .extracting(Done::code, Done::out)
                .containsExactly(status, NOT_RUNNING);
        assertThat(workerd("status").code()).isEqualTo(status);
        assertThat(workerd("status", "-q").out()).isEmpty();
        Done stopped = workerd("stop");
        Done stoppedNow = workerd("stop", "--now");
        Done reloaded = workerd("reload");

        assertThat(stopped.code()).as(stopped.err()).isEqualTo(stop);
        assertThat(stoppedNow.code()).isEqualTo(stop);
        assertThat(reloaded.code()).as(reloaded.err()).isEqualTo(reload);
        assertThat(stopped.err()).contains(stop == 0 ? "workerd is not running" : "is not a regular file");
        assertThat(victim.isAlive()).isTrue();
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void statusSaysWhatIsLeftOver() throws Exception {
        assertThat(workerd("status").out()).isEqualTo("workerd is not running\n");
        plant("stale", 0);
        assertThat(workerd("status").out())
                .isEqualTo("workerd is not running, but its pidfile " + pidfile + " exists\n");
    }

    @Test
    void aPidfileThatMayNotBeReadLeavesTheStatusUnknown() throws Exception {
        plant("stale", 0);
        allow(pidfile, "rw-------");
        assertThat(run(asNobody("status")).code()).isEqualTo(4);
        allow(pidfile.getParent(), "rwx------");
        assertThat(run(asNobody("status")).code()).isEqualTo(4);
        assertThat(run(asNobody("stop")).code()).isEqualTo(1);
    }

    @Test
    void aLockThatThePidfileDoesNotNameIsAStartingDaemonAndIsNotSignalled() throws Exception {
        Process victim = start(List.of("sleep", "600"));
        Process holder = daemon("writes=" + victim.pid());
        List<Process> asked = List.of(start(line("status")), start(line("stop")), start(line("reload")));
        List<Integer> codes = new ArrayList<>();
        for (Process process : asked) {
            codes.add(process.waitFor());
        }
        assertThat(codes).containsExactly(4, 1, 1);
        Done stop = output(asked.get(1));
        assertThat(stop.err()).contains("process " + holder.pid() + " holds the lock", "no process was signalled");
        assertThat(output(asked.get(0)).out()).isEqualTo("workerd is starting\n");
        assertThat(victim.isAlive()).isTrue();
        assertThat(signals).doesNotExist();
    }

    @Test
    void aDaemonThatIsJustStartingIsWaitedFor() throws Exception {
        Path late = top.resolve("late");
        Process daemon = fakeDaemon("late=" + late, "writes=self");
        await().until(() -> Files.exists(pidfile) && locked(daemon));
        Process status = start(line("status", "-q"));
        Files.createFile(late);
        assertThat(status.waitFor()).isZero();
        assertThat(output(status).out()).isEqualTo(daemon.pid() + "\n");
    }

    private void plant(String kind, long victim) throws Exception {
        switch (kind) {
            case "absent" -> {}
            case "empty" -> Files.createFile(pidfile);
            case "garbage" -> Files.writeString(pidfile, victim + " or so\n\0\377");
            case "negative" -> Files.writeString(pidfile, "-1\n");
            case "zero" -> Files.writeString(pidfile, "0\n");
            case "stale" -> leaveStalePidfile();
            case "recycled" -> Files.writeString(pidfile, victim + "\n");
            case "world-writable" -> {
                Files.writeString(pidfile, victim + "\n");
                allow(pidfile, "rw-rw-rw-");
            }
            case "huge" -> Files.writeString(pidfile, "1".repeat(10 << 20));
            case "directory" -> Files.createDirectory(pidfile);
            case "symlink" -> {
                Path target = Files.writeString(top.resolve("target"), victim + "\n");
                Files.createSymbolicLink(pidfile, target);
            }
            case "fifo" ->
                assertThat(run(List.of("mkfifo", pidfile.toString())).code()).isZero();
            default -> throw new IllegalArgumentException(kind);
        }
    }
}
