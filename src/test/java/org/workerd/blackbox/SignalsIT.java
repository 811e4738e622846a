package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signals that end nothing. */
class SignalsIT extends DaemonTest {
    @Test
    void noneOfTheseEndsIt() {
        at.handler("hello", "exit 0");
        long pid = at.start();
        int restarts = 0;
        for (String signal : "HUP USR1 USR2 QUIT PIPE CHLD WINCH ALRM CONT USR2 USR1".split(" ")) {
            at.signal(signal);
            jobs().awaitState(jobs().enqueue("hello"), "done");
            restarts += signal.equals("USR2") ? 1 : 0;
            awaitRestarts(restarts);
        }
        assertThat(at.pid()).isEqualTo(pid);
        assertThat(Proc.isAlive(pid)).isTrue();
    }

    @Test
    void usr1WritesAReportOfWhatRuns() {
        at.handler("slow", "sleep 600");
        at.start();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        at.signal("USR1");
        at.awaitLog("report: 1 jobs run");
        at.awaitLog("report: job=" + id + " attempt=1 queue=default name=slow");
    }

    @Test
    void quitWritesTheThreadDumpToTheLog() {
        at.start();
        at.signal("QUIT");
        at.awaitLog("Full thread dump");
    }

    @ParameterizedTest
    @ValueSource(strings = {"USR1", "HUP"})
    void aHundredAtOnceAreHarmless(String signal) {
        at.handler("hello", "exit 0");
        long pid = at.start();
        int open = at.daemon().descriptors().size();
        at.shell.run(
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do kill -" + signal + " " + pid
                        + "; done; done");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        assertThat(Proc.isAlive(pid)).isTrue();
        assertThat(at.daemon().descriptors().size()).isLessThan(open + 10);
    }

    private void awaitRestarts(int count) {
        until("restarts: " + count, () -> at.logText().split("restarted in place", -1).length == count + 1);
    }
}
