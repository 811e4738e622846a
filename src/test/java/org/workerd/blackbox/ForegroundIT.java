package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run}: for whoever supervises the daemon himself. */
class ForegroundIT extends DaemonTest {
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void itLogsToStderrAndASignalStopsIt(String signal) throws Exception {
        at.handler("hello", "exit 0");
        Shell.Running run = running(at.line("run"));
        jobs().awaitState(jobs().enqueue("hello"), "done");
        at.shell.kill(signal, at.pid());
        Shell.Done done = run.await();
        assertThat(done.code()).isZero();
        assertThat(done.out()).isEmpty();
        assertThat(done.err())
                .contains("workerd is running", "name=hello state=done", "stopping: claiming no more jobs");
        assertThat(at.pidfile).doesNotExist();
        assertThat(at.log).doesNotExist();
    }

    @Test
    void itRefusesToRunBesideADaemonAndNamesIt() {
        long pid = at.start();
        Shell.Done done = at.workerd("run");
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.err()).contains("already running (pid " + pid + ")").doesNotContain("Exception");
        assertThat(at.pid()).isEqualTo(pid);
    }

    @Test
    void itIsNamedWorkerdAndItsPidfileNamesItself() {
        Shell.Running run = running(at.line("run"));
        assertThat(at.pid()).isEqualTo(run.process().pid());
        assertThat(at.daemon().name()).isEqualTo("workerd");
        assertThat(at.daemon().status("Umask")).isEqualTo("0027");
    }

    @Test
    void aHangupReadsTheConfigurationAgainThere() {
        List<String> line = new ArrayList<>(List.of("nohup"));
        line.addAll(at.line("run"));
        Shell.Running run = running(line);
        at.signal("HUP");
        until("it says so", () -> Installation.read(run.err()).contains("configuration reloaded"));
        assertThat(run.process().isAlive()).isTrue();
    }

    private Shell.Running running(List<String> line) {
        Shell.Running run = at.shell.begin(line);
        until("it runs", () -> Installation.read(run.err()).contains("workerd is running"));
        return run;
    }
}
