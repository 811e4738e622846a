package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator ends or wants again, while daemons serve the queue. */
class CancelIT extends DaemonTest {
    /** What is asked for is done because somebody asked, and not at the next look. */
    @BeforeEach
    void lookSeldom() {
        at.set("workers.poll_interval", Installation.text("1h")).configure();
    }

    private long running(String name) {
        long id = jobs().enqueue(name);
        until("it runs", () -> diaryLines().contains(Long.toString(id)));
        return id;
    }

    private String begun() {
        return "echo $WORKERD_JOB_ID >>'" + diary() + "'; ";
    }

    @Test
    void aRunningJobEndsAtOnceWithTheReason() {
        at.handler("slow", begun() + "sleep 600");
        at.start();
        long id = running("slow");
        assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
        jobs().awaitState(id, "cancelled");
        assertThat(jobs().column(id, "error")).startsWith("cancelled by ");
        assertThat(jobs().column(id, "signal")).isEqualTo("15");
        assertThat(jobs().ask("select outcome from attempts where id = ?", id)).isEqualTo("cancelled");
        assertThat(jobs().count("cancellations")).isZero();
        assertThat(at.workerd("wait", Long.toString(id)).code()).isEqualTo(125);
        assertThat(at.logText()).contains("state=cancelled");
    }

    @Test
    void aJobThatDoesNotListenIsKilledAfterItsGraceWithAllOfItsGroup() {
        at.handler("deaf", "trap '' TERM; " + begun() + "sleep 600 & while :; do sleep 600; done");
        at.start();
        long id = running("deaf");
        long since = System.nanoTime();
        at.workerd("cancel", Long.toString(id));
        jobs().awaitState(id, "cancelled");
        assertThat(System.nanoTime() - since)
                .isGreaterThan(Duration.ofMillis(500).toNanos());
        assertThat(jobs().column(id, "signal")).isEqualTo("9");
        assertThat(Proc.of(at.top)).extracting(Proc::name).containsOnly("workerd");
    }

    @Test
    void whatEndsWellAllTheSameIsCancelledAndWhatItTakesToCleanUpIsGiven() {
        at.handler(
                "polite",
                "trap 'echo clean >>\"" + diary() + "\"; exit 0' TERM; " + begun() + "while :; do sleep 0.02; done");
        at.start();
        long id = running("polite");
        at.workerd("cancel", Long.toString(id));
        jobs().awaitState(id, "cancelled");
        assertThat(diaryLines()).contains("clean");
        assertThat(jobs().column(id, "exit_code")).isEqualTo("0");
    }

    @Test
    void aRequestOutlivesTheDaemonItWasFor() {
        at.handler("slow", begun() + "sleep 600");
        at.start();
        long id = running("slow");
        at.kill9();
        assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
        at.start();
        jobs().awaitState(id, "cancelled");
        assertThat(diaryLines()).hasSize(1);
        assertThat(Proc.of(at.top)).extracting(Proc::name).containsOnly("workerd");
        until("the request is gone", () -> jobs().count("cancellations") == 0);
    }

    @Test
    void aJobOfAnotherDaemonIsEndedByThatOne() {
        at.handler("slow", begun() + "sleep 600");
        at.start();
        long id = running("slow");
        Installation other = other("other");
        other.start();
        assertThat(other.workerd("cancel", Long.toString(id)).code()).isZero();
        jobs().awaitState(id, "cancelled");
    }

    @Test
    void whatWaitsIsCancelledWithoutADaemonAndItsDependentsByTheNext() {
        at.handler("hello", "exit 0");
        long parent = jobs().enqueue("hello");
        long child = jobs().insert("name", "hello", "after", "[" + parent + "]");
        assertThat(at.workerd("cancel", Long.toString(parent)).code()).isZero();
        assertThat(jobs().state(parent)).isEqualTo("cancelled");
        at.start();
        jobs().awaitState(child, "cancelled");
        assertThat(jobs().column(child, "error")).contains("job " + parent);
    }

    @Test
    void whatIsRetriedRunsAtOnce() {
        at.handler("fixed", "[ -e '" + at.top + "/go' ] || exit 65");
        at.start();
        long id = jobs().enqueue("fixed");
        jobs().awaitState(id, "dead");
        Installation.write(at.top.resolve("go"), "");
        assertThat(at.workerd("retry", "--state", "dead", "--yes").code()).isZero();
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(2);
    }

    @Test
    void aPauseHoldsOverARestartAndOthersGoOn() {
        at.handler("hello", "exit 0");
        at.start();
        at.workerd("pause", "bulk");
        long held = jobs().insert("name", "hello", "queue", "bulk");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        at.stop();
        at.start();
        jobs().awaitState(jobs().enqueue("hello"), "done");
        assertThat(jobs().state(held)).isEqualTo("ready");
        assertThat(at.workerd("resume", "bulk").code()).isZero();
        jobs().awaitState(held, "done");
    }

    @Test
    void statsKnowTheLivingFromTheDead() {
        at.handler("slow", begun() + "sleep 600");
        long pid = at.start();
        running("slow");
        assertThat(at.workerd("stats", "--json").out())
                .contains("\"running\":1,", "\"pid\":" + pid + ",", "\"slots\":4,\"busy\":1,");
        at.kill9();
        assertThat(at.workerd("stats", "--json").out()).endsWith("\"daemons\":[]}\n");
        jobs().execute("insert into cancellations select id, 0, 'test' from running");
        at.start();
    }
}
