package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whoever may write the queue may put a trigger into it, which would run in the daemon's transactions. */
class ForeignTriggerIT extends DaemonTest {
    private static final String ENDLESS = "create trigger mine after insert on running begin insert into starts"
            + " (scope, at, count) select 'x', n, 1 from (with recursive c(n) as (select 1 union all select n + 1 from c)"
            + " select n from c) where n < 0; end";

    @Test
    void noDaemonStartsOnAQueueWithOneAndTheWayOutIsSaid() {
        expectErrors();
        at.start();
        at.workerd("stop");
        jobs().execute("create trigger mine after insert on running begin select 1; end");
        assertThat(at.workerd("start"))
                .matches(said -> said.code() == 1)
                .extracting(Shell.Done::err)
                .asString()
                .contains("the trigger mine on running differs from workerd's schema", "'DROP TRIGGER mine'");
        jobs().execute("drop trigger mine");
        at.start();
        at.workerd("stop");
    }

    @Test
    void stopNowEndsADaemonThatIsHeldUpByOne() {
        expectErrors();
        at.handler("work", "exit 0");
        long pid = at.start();
        jobs().execute(ENDLESS);
        jobs().enqueue("work");
        assertThat(at.workerd("stop", "--now", "--timeout", "20s")).matches(said -> said.code() == 0);
        assertThat(Proc.of(at.top)).noneMatch(process -> process.pid() == pid);
        assertThat(at.logText()).contains("took too long and was aborted");
        jobs().execute("drop trigger mine");
        at.start();
        jobs().awaitState(1, "done");
    }

    @Test
    void itsStatementIsEndedAndTriedAgainAndTermTwiceEndsTheDaemon() {
        expectErrors();
        at.handler("work", "exit 0");
        long pid = at.start();
        jobs().execute(ENDLESS);
        long id = jobs().enqueue("work");
        until("it is ended", Duration.ofMinutes(3), () -> at.logText().contains("took too long and was aborted"));
        endWhileHeldUp(pid);
        assertThat(jobs().state(id)).isEqualTo("ready");
        jobs().execute("drop trigger mine");
        at.start();
        jobs().awaitState(id, "done");
    }

    @Test
    void termTwiceEndsADaemonThatIsHeldUpByTheRetention() {
        expectErrors();
        at.set("retention.done", Installation.text("1s")).configure();
        at.handler("work", "exit 0");
        long pid = at.start();
        jobs().execute(ENDLESS.replace("after insert on running", "after delete on jobs"));
        long id = jobs().enqueue("work");
        endWhileHeldUp(pid);
        assertThat(at.logText()).contains("took too long and was aborted");
        assertThat(jobs().state(id)).isEqualTo("done");
        jobs().execute("drop trigger mine");
        at.start();
        until("it is removed", Duration.ofSeconds(60), () -> jobs().count("jobs") == 0);
    }

    private void endWhileHeldUp(long pid) {
        await("it is held up")
                .atMost(Duration.ofSeconds(60))
                .during(Duration.ofSeconds(2))
                .until(() -> holdsTurnstile(pid));
        // Two that arrive together count as one.
        await("it has ended")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> at.shell.run("kill", "-TERM", Long.toString(pid)).code() != 0 || !Proc.isAlive(pid));
        Installation.awaitEnd(pid);
    }

    @Test
    void rowsOfDaemonsThatNeverWereAreClearedAFewAtATime() {
        at.handler("work", "exit 0");
        at.start();
        at.workerd("stop");
        jobs().execute("with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000)"
                + " insert into daemons (pid, host, slots, started_at) select 4711, 'x', 1, 0 from c");
        long pid = at.start();
        needs("prlimit");
        at.shell.run("prlimit", "--pid", Long.toString(pid), "--nofile=300:4096");
        jobs().awaitState(jobs().enqueue("work"), "done");
        until("they are gone", Duration.ofSeconds(180), () -> jobs().count("daemons") == 1);
        at.awaitLog("more daemons died; jobs put back: 0");
        assertThat(at.logText()).doesNotContain("oo many open files");
        assertThat(at.logText().lines().filter(line -> line.contains(" died; ")))
                .hasSizeLessThan(12);
    }
}
