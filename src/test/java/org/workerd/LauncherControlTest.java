package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Start, stop, restart and reload: which signals a daemon gets, how long it is waited for, and what is said. */
class LauncherControlTest extends LauncherStage {
    @Test
    void startFindsItRunning() throws Exception {
        Process daemon = daemon();
        Done start = workerd("start");
        assertThat(start).isEqualTo(new Done(0, "", "workerd is already running (pid " + daemon.pid() + ")\n"));
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void startSaysThatWhatRunsIsAboutToStop() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Process stop = start(line("stop"));
        await().until(() -> output(stop).err().contains("waiting for job 42 (resize, attempt 1, "));
        assertThat(workerd("start"))
                .isEqualTo(new Done(
                        1,
                        "",
                        "workerd: cannot start: workerd (pid " + daemon.pid()
                                + ") was told to stop, and exits when its jobs have finished\nTry: workerd restart\n"));
        Files.createFile(top.resolve("finish"));
        assertThat(stop.waitFor()).isZero();
    }

    @Test
    void startIsJavasWhenNothingRuns() throws Exception {
        assertThat(workerd("start").code()).isZero();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " start");
    }

    @Test
    void stopWaitsForTheJobAndSaysSo() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Process stop = start(line("stop"));
        await().until(() -> output(stop).err().contains("waiting for job 42 (resize, attempt 1, "));
        assertThat(workerd("status").out()).contains(", draining, 1 job running");
        assertThat(workerd("status", "--json").out()).contains("\"draining\":true");
        assertThat(stop.isAlive()).isTrue();
        Files.createFile(top.resolve("finish"));
        assertThat(stop.waitFor()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(output(stop).err()).endsWith("workerd stopped\n");
        assertThat(signals).hasContent("TERM\n");
    }

    @Test
    void stopGivesUpWaitingAndTheDaemonGoesOn() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Done stop = workerd("stop", "--timeout", "300ms");
        assertThat(stop.code()).isEqualTo(75);
        assertThat(stop.err()).contains("workerd: still running after 300ms: job 42 (resize, attempt 1, ");
        assertThat(daemon.isAlive()).isTrue();
    }

    @Test
    void askingAgainToStopDoesNotEndTheJobs() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        for (int time = 0; time < 3; time++) {
            assertThat(workerd("stop", "--timeout", "300ms").code()).isEqualTo(75);
        }
        assertThat(signals).hasContent("TERM\n");
        assertThat(workerd("stop", "--now").code()).isZero();
        assertThat(daemon.waitFor()).isZero();
        assertThat(signals).hasContent("TERM\nTERM\n");
    }

    @Test
    void stopNowAsksTwice() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        assertThat(workerd("stop", "--now").code()).isZero();
        assertThat(daemon.waitFor()).isZero();
        assertThat(signals).hasContent("TERM\nTERM\n");
    }

    @Test
    void stopNowGoesOnAskingUntilItsTimeout() throws Exception {
        daemon("job=42:resize:1:3400", "hold=1");
        assertThat(workerd("stop", "--now", "--timeout=2500ms").code()).isEqualTo(75);
        assertThat(Files.readAllLines(signals)).hasSizeGreaterThan(2).containsOnly("TERM");
    }

    @Test
    void anotherUserMayNotStopOrReload() throws Exception {
        Process daemon = daemon();
        for (String command : List.of("stop", "reload", "restart")) {
            Done refused = run(asNobody(command));
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err())
                    .isEqualTo("workerd: cannot " + command + " workerd (pid " + daemon.pid()
                            + "): not permitted\nTry: sudo workerd " + command + "\n");
        }
        assertThat(daemon.isAlive()).isTrue();
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void restartStopsAndStarts() throws Exception {
        Process daemon = daemon();
        assertThat(workerd("restart", "--timeout", "10s").code()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " start");
    }

    @Test
    void restartDoesNotStartWhatDidNotStop() throws Exception {
        daemon("job=42:resize:1:3400");
        assertThat(workerd("restart", "--timeout", "100ms").code()).isEqualTo(75);
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void reloadSignalsAndChecksTheConfiguration() throws Exception {
        daemon();
        assertThat(workerd("reload").code()).isZero();
        await().until(() -> Files.exists(signals));
        assertThat(signals).hasContent("HUP\n");
        Files.createFile(java.resolveSibling("bad"));
        Done bad = workerd("reload");
        assertThat(bad.code()).isEqualTo(6);
        assertThat(bad.err()).contains("workerd.toml:3:1: unknown key", "keeps the old one", "reopened its log");
    }
}
