package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a daemon ends: by itself, never in the middle of a job that may end, and without a trace. */
class StopIT extends DaemonTest {
    private static final String SLOW = "until [ -e \"$WORKERD_TEST_GO\" ]; do sleep 0.02; done";

    @Test
    void anIdleDaemonStopsAtOnceWithoutATrace() throws Exception {
        long pid = at.start();
        long since = System.nanoTime();
        at.signal("TERM");
        Installation.awaitEnd(pid);
        assertThat(System.nanoTime() - since).isLessThan(1_000_000_000L);
        assertNothingLeft();
        assertThat(jobs().count("daemons")).isZero();
    }

    @Test
    void toldToStopItFinishesWhatRunsAndClaimsNothingMore() throws Exception {
        slowHandler();
        long pid = at.start();
        long running = enqueueSlow();
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        long later = jobs().enqueue("slow");
        assertThat(at.workerd("status", "--json").out())
                .as("the log says %s", Installation.read(at.log))
                .contains("\"draining\":true", "\"id\":" + running);
        go();
        Installation.awaitEnd(pid);
        assertThat(jobs().state(running)).isEqualTo("done");
        assertThat(jobs().state(later)).isEqualTo("ready");
        assertThat(jobs().attempt(later)).isZero();
        assertNothingLeft();
    }

    @Test
    void aRestartInPlaceThatIsAskedForDuringTheDrainChangesNothingOfIt() throws Exception {
        slowHandler();
        long pid = at.start();
        long running = enqueueSlow();
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        at.signal("USR2");
        at.awaitLog("not restarting: workerd was told to stop");
        go();
        Installation.awaitEnd(pid);
        assertThat(jobs().state(running)).isEqualTo("done");
        assertThat(at.logText()).doesNotContain("restarting in place");
        assertNothingLeft();
    }

    @Test
    void toldTwiceItEndsWhatRunsAndGivesTheAttemptBack() throws Exception {
        at.handler("deaf", "trap '' TERM; echo run >>'" + diary() + "'; sleep 600 & while :; do sleep 600; done");
        long pid = at.start();
        long id = jobs().enqueue("deaf");
        until("it runs", () -> diaryLines().size() == 1);
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        at.signal("TERM");
        Installation.awaitEnd(pid);
        assertThat(jobs().state(id)).isEqualTo("ready");
        assertThat(jobs().attempt(id)).isZero();
        assertThat(jobs().ask("select outcome from attempts where id = ?", id)).isEqualTo("interrupted");
        assertNothingLeft();
        assertThat(Proc.of(at.top)).isEmpty();
    }

    @Test
    void stopNowDoesTheSame() throws Exception {
        slowHandler();
        at.start();
        long id = enqueueSlow();
        assertThat(at.workerd("stop", "--now").code()).isZero();
        assertThat(jobs().state(id)).isEqualTo("ready");
        assertThat(jobs().attempt(id)).isZero();
        assertNothingLeft();
    }

    @Test
    void afterTheDrainTimeoutItEndsWhatRuns() throws Exception {
        slowHandler();
        at.set("daemon.drain_timeout", "\"300ms\"").configure();
        long pid = at.start();
        long id = enqueueSlow();
        at.signal("TERM");
        Installation.awaitEnd(pid);
        assertThat(jobs().state(id)).isEqualTo("ready");
        assertThat(at.logText()).contains("daemon.drain_timeout has expired");
    }

    @Test
    void stopWithATimeLimitGivesUpAndTheDaemonGoesOnDraining() throws Exception {
        slowHandler();
        long pid = at.start();
        long id = enqueueSlow();
        Shell.Done stop = at.workerd("stop", "--timeout", "1500ms");
        assertThat(stop.code()).isEqualTo(75);
        assertThat(stop.err()).contains("waiting for job " + id + " (slow, attempt 1", "still running after 1500ms");
        assertThat(jobs().state(id)).isEqualTo("running");
        go();
        Installation.awaitEnd(pid);
        assertThat(jobs().state(id)).isEqualTo("done");
    }

    @Test
    void aJobThatWasStillRunningRunsAgainAfterARestart() throws Exception {
        slowHandler();
        at.start();
        long id = enqueueSlow();
        at.workerd("stop", "--now");
        go();
        at.start();
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(1);
    }

    @Test
    void itStopsWhileItsSlotsAreFullOfShortJobsAndLosesNone() {
        at.handler("short", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        long pid = at.start();
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)"
                + " insert into jobs(name) select 'short' from n");
        until("some ran", () -> diaryLines().size() > 20);
        at.signal("TERM");
        Installation.awaitEnd(pid);
        int done = jobs().count("finished");
        assertThat(jobs().count("running")).isZero();
        assertThat(done + jobs().count("ready")).isEqualTo(300);
        assertThat(diaryLines()).hasSize(done).doesNotHaveDuplicates();
    }

    @Test
    void itStartsAndStopsAgainAndAgain() throws Exception {
        for (int round = 0; round < 12; round++) {
            at.start();
            at.stop();
        }
        assertNothingLeft();
    }

    @Test
    void restartWithADrainMakesANewDaemon() {
        long before = at.start();
        assertThat(at.workerd("restart", "--drain").code()).isZero();
        assertThat(at.pid()).isNotEqualTo(before);
    }

    private void slowHandler() {
        at.handler(
                "slow",
                "echo begun >>'" + diary() + "'; "
                        + SLOW.replace("$WORKERD_TEST_GO", at.top.resolve("go").toString()));
    }

    /** Claimed is not begun: what is still to begin goes back at once. */
    private long enqueueSlow() {
        long id = jobs().enqueue("slow");
        until("it has begun", () -> diaryLines().size() == 1);
        return id;
    }

    private void go() {
        Installation.write(at.top.resolve("go"), "");
    }

    private void assertNothingLeft() throws IOException {
        assertThat(at.pidfile).doesNotExist();
        try (Stream<Path> ledgers = Files.list(at.queue.resolveSibling("daemons"))) {
            assertThat(ledgers).isEmpty();
        }
        Path scratch = at.queue.resolveSibling("scratch");
        if (Files.exists(scratch)) {
            try (Stream<Path> directories = Files.list(scratch)) {
                assertThat(directories).isEmpty();
            }
        }
    }
}
