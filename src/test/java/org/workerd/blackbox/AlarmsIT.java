package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told when a job fails: by a job that is stored with the failure, and runs whatever else waits. */
class AlarmsIT extends DaemonTest {
    private static final String ALARMS = "jobs where queue = 'alarms'";

    @BeforeEach
    void handlers() {
        at.set("jobs.on_dead", "\"tell\"").set("workers.concurrency", "3").configure();
        at.handler("tell", "cat >>'" + diary() + "'; echo >>'" + diary() + "'");
        at.handler("fail", "until [ -e \"$1\" ]; do sleep 0.05; done; echo 'no route to host'; exit 65");
    }

    private Path signal(String name) {
        return at.top.resolve(name);
    }

    private long waitingFor(String handler, String signal) {
        return jobs().insert("name", handler, "args", "[\"" + signal(signal) + "\"]");
    }

    private String payloadOfAlarmFor(long id) {
        return jobs().ask("select payload from " + ALARMS + " and json_extract(payload, '$.job.id') = ?", id);
    }

    private void awaitAlarmFor(long id) {
        until("an alarm of job " + id + " ran", () -> diaryLines().stream()
                .anyMatch(line -> line.contains("\"job\":{\"id\":" + id + ",")));
    }

    @Test
    void aDeathIsToldWhileAllSlotsAreTakenAndWhileAllQueuesArePaused() {
        at.handler("hold", "until [ -e \"$1\" ]; do sleep 0.05; done");
        at.start();
        long first = waitingFor("fail", "first");
        long second = waitingFor("fail", "second");
        long hold = waitingFor("hold", "end");
        List.of(first, second, hold).forEach(id -> jobs().awaitState(id, "running"));
        long next = waitingFor("hold", "end");
        long last = waitingFor("hold", "end");

        Installation.write(signal("first"), "");
        awaitAlarmFor(first);
        jobs().awaitState(next, "running");
        // What was claimed ahead of a slot that stays busy is given back.
        until("all slots are taken", () -> jobs().state(last).equals("ready"));

        assertThat(at.workerd("pause").code()).isZero();
        Installation.write(signal("second"), "");
        awaitAlarmFor(second);
        assertThat(jobs().state(last)).as("nothing else runs").isEqualTo("ready");

        assertThat(payloadOfAlarmFor(first))
                .startsWith("{\"event\":\"dead\",\"job\":{\"id\":" + first + ",\"name\":\"fail\"")
                .contains("\"state\":\"dead\"", "\"exit_code\":65", "\"attempts\":[{\"number\":1,")
                .endsWith("\"output_tail\":\"no route to host\\n\"}");
        assertThat(jobs().count(ALARMS)).isEqualTo(2);
        Installation.write(signal("end"), "");
        at.workerd("resume");
    }

    @Test
    void aPauseOfTheAlarmsThemselvesHoldsThem() {
        Installation.write(signal("now"), "");
        at.start();
        assertThat(at.workerd("pause", "alarms").code()).isZero();
        long id = waitingFor("fail", "now");
        jobs().awaitState(id, "dead");
        long alarm = Long.parseLong(jobs().ask("select id from " + ALARMS));
        assertThat(at.workerd("show", Long.toString(alarm)).out()).contains("the queue alarms is paused");
        assertThat(diaryLines()).isEmpty();
        assertThat(at.workerd("resume", "alarms").code()).isZero();
        awaitAlarmFor(id);
    }

    @Test
    void eachFailedAttemptIsToldWhereThatIsAskedFor() {
        at.set("jobs.fail.on_dead", "\"\"")
                .set("jobs.fail.on_failure", "\"tell\"")
                .set("jobs.max_attempts", "3")
                .configure();
        at.handler("fail", "echo \"attempt $WORKERD_ATTEMPT\"; exit 1");
        at.start();
        long id = jobs().enqueue("fail");
        jobs().awaitState(id, "dead");
        until("all are told", () -> diaryLines().size() == 3);
        assertThat(diaryLines()).allMatch(line -> line.startsWith("{\"event\":\"failure\""));
        assertThat(diaryLines().get(2)).contains("\"state\":\"dead\"", "attempt 3");
    }

    @Test
    void anAlarmThatDiesRaisesNone() {
        at.handler("tell", "echo told >>'" + diary() + "'; exit 65");
        Installation.write(signal("now"), "");
        at.start();
        long id = waitingFor("fail", "now");
        jobs().awaitState(id, "dead");
        until("it died", () -> jobs().count("job_status where queue = 'alarms' and state = 'dead'") == 1);
        assertThat(jobs().count(ALARMS)).isEqualTo(1);
        assertThat(diaryLines()).containsExactly("told");
    }

    @Test
    void killedAtAnyTimeADaemonNeitherLosesAnAlarmNorRaisesItTwice() {
        Installation.write(signal("now"), "");
        int count = 60;
        for (int i = 0; i < count; i++) {
            waitingFor("fail", "now");
        }
        for (int dead = 5; dead < count; dead += 15) {
            int some = dead;
            at.start();
            until("some are dead", () -> jobs().count("job_status where name = 'fail' and state = 'dead'") >= some);
            at.kill9();
        }
        at.start();
        until("all are dead", () -> jobs().count("job_status where name = 'fail' and state = 'dead'") == count);
        assertThat(jobs().count(ALARMS)).isEqualTo(count);
        assertThat(jobs().ask("select count(distinct json_extract(payload, '$.job.id')) from " + ALARMS))
                .isEqualTo(Integer.toString(count));
    }

    @Test
    void aJobThatTookItsDaemonDownTooOftenIsToldToo() {
        Path begun = signal("begun");
        at.handler("deadly", "echo \"$WORKERD_ATTEMPT\" >>'" + begun + "'; exec sleep 600");
        long id = jobs().insert("name", "deadly", "max_attempts", 1);
        for (int attempt = 1; attempt <= 2; attempt++) {
            String line = attempt + "\n";
            at.start();
            until(
                    "it runs",
                    () -> Files.exists(begun) && Installation.read(begun).endsWith(line));
            at.kill9();
        }
        at.start();
        jobs().awaitState(id, "dead");
        awaitAlarmFor(id);
        assertThat(payloadOfAlarmFor(id)).contains("the daemon died in 2 attempts");
    }

    @Test
    void aMissingHandlerIsToldAndItsAlarmsWaitForIt() {
        at.set("jobs.on_dead", "\"nosuch\"").configure();
        Installation.write(signal("now"), "");
        String told = "alarms, jobs named nosuch, will wait: there is no handler of this name in ";
        at.start();
        assertThat(at.logText()).containsOnlyOnce(told);
        Shell.Done reload = at.workerd("reload");
        assertThat(reload.code()).isZero();
        assertThat(reload.err()).contains(told);
        assertThat(at.workerd("doctor").out()).contains(told);
        long id = waitingFor("fail", "now");
        jobs().awaitState(id, "dead");
        assertThat(jobs().count(ALARMS)).isEqualTo(1);
        at.handler("nosuch", "cat >>'" + diary() + "'");
        awaitAlarmFor(id);
    }
}
