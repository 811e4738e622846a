package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who the daemon is, seen from other PID namespaces and beside strangers who take its lock. */
class LauncherIdentityTest extends LauncherStage {
    private static final String HOLD =
            "use Fcntl ':flock'; open F, '<', $ARGV[0] or die; flock F, $ARGV[1] or die; open H, '>', $ARGV[2] or die;"
                    + " close H; sleep 600";

    @BeforeEach
    void asRoot() throws Exception {
        assumeTrue(isRoot(), "only root can make namespaces");
    }

    @Test
    void fromAnotherPidNamespaceItRunsAndIsNotSignalled() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Done status = run(elsewhere(line("status")));
        assertThat(status.code()).isZero();
        assertThat(status.out())
                .matches("workerd is running in another PID namespace \\(pid " + daemon.pid()
                        + " there, up [0-9]+s\\)\n");
        assertThat(run(elsewhere(line("status", "--json"))).out())
                .startsWith("{\"running\":true,\"pid\":" + daemon.pid() + ",");
        for (String command : List.of("stop", "reload", "restart")) {
            Done refused = run(elsewhere(line(command)));
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("runs in another PID namespace", "no process was signalled");
        }
        Done start = run(elsewhere(line("start")));
        assertThat(start.code()).isZero();
        assertThat(start.err()).startsWith("workerd is already running in another PID namespace");
        assertThat(signals).doesNotExist();
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void aDaemonInAPidNamespaceOfItsOwnIsFoundFromOutside() throws Exception {
        List<String> line = new ArrayList<>(List.of("unshare", "-pf", "--kill-child", "--mount-proc"));
        line.addAll(List.of("perl", "src/test/resources/launcher/fake-daemon.pl", "pidfile=" + pidfile));
        line.addAll(List.of("ledgers=" + top.resolve("conf/daemons"), "signals=" + signals, "writes=self"));
        line.add("job=42:resize:1:3400");
        Process daemon = start(line);
        await().until(() -> Files.exists(pidfile) && Files.readString(pidfile).equals("1\n"));
        Done status = workerd("status");
        assertThat(status.code()).as(status.err()).isZero();
        assertThat(status.out()).contains("1 in its own PID namespace", "42 resize attempt 1");
        assertThat(workerd("stop", "--now").code()).isZero();
        assertThat(daemon.waitFor()).isZero();
        assertThat(signals).content().startsWith("TERM\n");
    }

    @Test
    void theLockOfAStrangerIsNoDaemons() throws Exception {
        Files.writeString(pidfile, "");
        for (int kind : List.of(1, 2)) { // shared, exclusive
            Process stranger = hold(asNobody(List.of()), kind);
            Files.writeString(pidfile, stranger.pid() + "\n");
            assertThat(workerd("status").code()).isEqualTo(1);
            assertThat(workerd("stop", "--now").err()).isEqualTo("workerd is not running\n");
            assertThat(stranger.isAlive()).isTrue();
            stranger.destroyForcibly().waitFor();
        }
    }

    @Test
    void whoHoldsTheLockButIsNotWorkerdIsNotSignalled() throws Exception {
        Files.writeString(pidfile, "");
        Process other = hold(List.of(), 2);
        Files.writeString(pidfile, other.pid() + "\n");
        Done status = workerd("status");
        assertThat(status.code()).isEqualTo(4);
        assertThat(status.err()).contains("process " + other.pid() + " holds the lock", "is called perl");
        for (String command : List.of("stop", "stop --now", "stop --kill", "reload")) {
            Done refused = workerd(command.split(" "));
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("no process was signalled");
        }
        assertThat(other.isAlive()).isTrue();
    }

    /** A process of root that got the number of the one that once took the lock. */
    @Test
    void aProcessOfRootIsNotTheDaemonOfAnotherUser() throws Exception {
        Process daemon = daemon();
        Files.setAttribute(pidfile, "unix:uid", 65534);
        assertThat(workerd("stop").code()).isEqualTo(1);
        assertThat(workerd("stop", "--kill").code()).isEqualTo(1);
        assertThat(daemon.isAlive()).isTrue();
        assertThat(signals).doesNotExist();
    }

    @Test
    void stopKillEndsADaemonThatHearsNothing() throws Exception {
        Process daemon = daemon("hold=1");
        assertThat(workerd("stop", "--kill", "--timeout", "10s").code()).isZero();
        assertThat(daemon.waitFor()).isEqualTo(137);
    }

    private static List<String> elsewhere(List<String> line) {
        List<String> all = new ArrayList<>(List.of("unshare", "-pf", "--kill-child", "--mount-proc"));
        all.addAll(line);
        return all;
    }

    private Process hold(List<String> before, int kind) throws IOException {
        List<String> line = new ArrayList<>(before);
        String held = top.resolve("held").toString();
        Files.deleteIfExists(top.resolve("held"));
        allow(top, "rwxrwxrwx");
        line.addAll(List.of("perl", "-e", HOLD, pidfile.toString(), Integer.toString(kind), held));
        Process holder = start(line);
        await().until(() -> Files.exists(top.resolve("held")));
        return holder;
    }
}
