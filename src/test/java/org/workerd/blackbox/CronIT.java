package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schedules of real daemons. A slot comes to be due by setting a yearly schedule's last run back; the years it takes. */
class CronIT extends DaemonTest {
    private static final String YEARLY = "0 0 1 1 *";

    @BeforeEach
    void handler() {
        at.handler("report", "echo \"$@ $(cat)\" >>'" + diary() + "'");
    }

    private static Installation schedule(Installation at, String id, String schedule) {
        return at.set("cron." + id + ".schedule", Installation.text(schedule))
                .set("cron." + id + ".name", "\"report\"");
    }

    /** As if no daemon had run for three years: three of the yearly slots are missed. */
    private void missThreeYears() {
        jobs().execute("update cron set last_run = last_run - 3 * 365.25 * 86400000");
    }

    private int enqueued() {
        return jobs().count("jobs");
    }

    @Test
    void whatPassedWhileNoDaemonRanIsMadeUpForAsConfigured() {
        schedule(at, "once", YEARLY).set("cron.once.args", "[\"once\"]");
        schedule(at, "skip", YEARLY).set("cron.skip.args", "[\"skip\"]").set("cron.skip.missed", "\"skip\"");
        schedule(at, "all", YEARLY)
                .set("cron.all.args", "[\"all\", \"of it\"]")
                .set("cron.all.payload", "'{\"a\": 1}'")
                .set("cron.all.missed", "\"all\"")
                .configure();
        at.start();
        at.awaitLog("cron=skip");
        at.stop();
        assertThat(enqueued()).isZero();
        missThreeYears();
        at.start();
        jobs().awaitAllDone();
        at.stop();
        assertThat(diaryLines())
                .containsExactlyInAnyOrder(
                        "once ", "all of it {\"a\": 1}", "all of it {\"a\": 1}", "all of it {\"a\": 1}");
        assertThat(at.logText()).contains("WARN cron=skip slot=").contains(" INFO cron=once slot=");
        at.start();
        at.stop();
        assertThat(enqueued()).isEqualTo(4);
        assertThat(jobs().column(1, "run_at")).isNotNull();
    }

    @Test
    void aDaemonThatIsKilledAgainAndAgainNeitherLosesNorDoublesASlot() {
        schedule(at, "report", YEARLY).set("cron.report.overlap", "\"queue\"").configure();
        at.start();
        at.kill9();
        for (int round = 1; round <= 5; round++) {
            missThreeYears();
            Shell.Running start = at.shell.begin(at.line("start"));
            int enough = round;
            until("it is enqueued", () -> enqueued() >= enough);
            Proc.of(at.top).stream()
                    .filter(process -> process.name().equals("workerd"))
                    .forEach(process -> at.shell.run("kill", "-KILL", Integer.toString(process.pid())));
            start.await();
            until("it is gone", () -> Proc.of(at.top).stream()
                    .noneMatch(process -> process.name().equals("workerd")));
            assertThat(enqueued()).isEqualTo(round);
        }
        at.start();
        jobs().awaitAllDone();
        assertThat(enqueued()).isEqualTo(5);
    }

    @Test
    void ofTwoDaemonsThatStartAtOnceOneRunsTheSlot() {
        Installation other = other("second");
        for (Installation one : List.of(at, other)) {
            schedule(one, "report", YEARLY)
                    .set("cron.report.overlap", "\"queue\"")
                    .configure();
        }
        at.start();
        at.stop();
        for (int round = 1; round <= 3; round++) {
            missThreeYears();
            Stream.of(at, other)
                    .map(one -> one.shell.begin(one.line("start")))
                    .toList()
                    .forEach(start -> assertThat(start.await().code()).isZero());
            at.stop();
            other.stop();
            assertThat(enqueued()).isEqualTo(round);
        }
    }

    @Test
    void aJobThatADeadDaemonRanIsStillRunningForItsSchedule() {
        at.handler("report", "[ $WORKERD_ATTEMPT -gt 1 ] || sleep 600");
        schedule(at, "report", YEARLY).configure();
        at.start();
        at.stop();
        missThreeYears();
        at.start();
        jobs().awaitState(1, "running");
        at.kill9();
        missThreeYears();
        at.start();
        jobs().awaitState(1, "done");
        assertThat(enqueued()).isEqualTo(1);
        assertThat(at.logText()).contains("is skipped: its last job, 1, has not ended");
        assertThat(at.workerd("cron").out()).contains("report  " + YEARLY);
    }

    @Test
    void aHangupBringsANewScheduleAndRefusesABadOne() {
        expectErrors();
        at.start();
        schedule(at, "bad", "0 0 31 2 *");
        schedule(at, "good", YEARLY).configure();
        at.signal("HUP");
        at.awaitLog("the configuration has errors: the old one stays in force");
        assertThat(at.logText()).contains("cron.bad.schedule: no such day ever comes: \"0 0 31 2 *\"");
        assertThat(jobs().count("cron")).isZero();
        schedule(at, "bad", "@daily").configure();
        assertThat(at.workerd("cron").err())
                .isEqualTo("The daemon does not use this version of bad yet: workerd reload\n"
                        + "The daemon does not use this version of good yet: workerd reload\n");
        at.signal("HUP");
        at.awaitLog("cron=good");
        assertThat(at.logText()).contains("cron=bad");
        assertThat(jobs().count("cron")).isEqualTo(2);
        assertThat(enqueued()).isZero();
        assertThat(at.workerd("cron").err()).isEmpty();
    }

    @Test
    void aScheduleWithoutAHandlerIsToldAtTheStartAtAReloadAndInTheLog() {
        schedule(at, "report", YEARLY).set("cron.report.name", "\"nosuch\"").configure();
        at.start();
        String told = "jobs of the schedule report, named nosuch, will wait: there is no handler of this name in ";
        assertThat(at.logText()).containsOnlyOnce("WARN cron=report its jobs, named nosuch, will wait: there is no");
        Shell.Done reload = at.workerd("reload");
        assertThat(reload.code()).isZero();
        assertThat(reload.err()).contains(told);
        at.awaitLog("configuration reloaded");
        at.handler("nosuch", ":");
        assertThat(at.workerd("reload").err()).doesNotContain(told);
    }

    @Test
    void aScheduleIsRunNowDisabledAndEnabledWhileTheDaemonRuns() {
        schedule(at, "report", YEARLY).set("cron.report.overlap", "\"queue\"").configure();
        at.start();
        assertThat(at.workerd("cron", "run", "report").out()).isEqualTo("1\n");
        jobs().awaitState(1, "done");
        assertThat(at.workerd("cron", "disable", "report").code()).isZero();
        at.stop();
        missThreeYears();
        at.start();
        until("its times are passed over", () -> jobs().ask("select last_run > 1.7e12 from cron")
                .equals("1"));
        assertThat(enqueued()).isEqualTo(1);
        at.stop();
        missThreeYears();
        assertThat(at.workerd("cron", "enable", "report").code()).isZero();
        at.start();
        assertThat(at.workerd("list", "--cron", "report", "-q").out()).isEqualTo("1\n");
        assertThat(diaryLines()).hasSize(1);
    }

    /** The one test that waits for a minute to end: two sleeping daemons wake for it by themselves, and one runs it. */
    @Test
    void theSlotOfTheNextMinuteIsRunOnceAndInTime() {
        Installation other = other("second");
        for (Installation one : List.of(at, other)) {
            schedule(one, "report", "* * * * *").configure();
            one.start();
        }
        until("the minute ends", Duration.ofSeconds(80), () -> enqueued() > 0);
        at.stop();
        other.stop();
        assertThat(enqueued()).isEqualTo(1);
        assertThat(diaryLines()).hasSize(1);
        long late = Long.parseLong(jobs().ask("select created_at - run_at from jobs"));
        assertThat(late).isBetween(0L, 20_000L);
    }
}
