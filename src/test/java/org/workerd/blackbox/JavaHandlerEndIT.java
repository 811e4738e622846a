package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Handlers in Java that are told to end, or refuse to: at a timeout, a cancellation, a stop, a crash of the daemon. */
class JavaHandlerEndIT extends PluginDaemonTest {
    @Test
    void itsThreadIsInterruptedWhenItsTimeIsUpAndTheNextAttemptIsNot() {
        handler(
                "slow",
                """
                if (Thread.currentThread().isInterrupted()) throw new IllegalStateException("interrupted too early");
                if (job.payload().isEmpty()) return JobResult.done();
                try {
                    Thread.sleep(60_000);
                } finally {
                    Thread.currentThread().interrupt();
                    job.logger().info("cancelled: {}", job.isCancelled());
                    org.slf4j.LoggerFactory.getLogger("plugin").info("told to end");
                }
                return JobResult.done();
                """);
        at.set("workers.concurrency", "1").configure();
        at.start();
        long slow = jobs().insert("name", "slow", "payload", "x", "timeout_ms", 100, "max_attempts", 1);
        long quick = jobs().enqueue("slow");
        jobs().awaitState(slow, "dead");
        assertThat(jobs().ask("select outcome from job_attempts where id = ?", slow))
                .isEqualTo("timeout");
        assertThat(logs(slow)).contains("cancelled: true").contains("InterruptedException");
        jobs().awaitState(quick, "done");
        at.awaitLog("name=slow state=done");
        assertThat(at.workerd("wait", Long.toString(slow)).code()).isEqualTo(124);
    }

    @Test
    void cancelInterruptsIt() {
        handler("slow", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long id = jobs().enqueue("slow");
        until("it runs", () -> diaryLines().contains("begun"));
        assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
        jobs().awaitState(id, "cancelled");
    }

    @Test
    void whatIgnoresItsEndKeepsItsSlotUntilItHasEnded() {
        Path end = at.top.resolve("end");
        handler("deaf", diaryEntry("\"begun\"") + until(end) + "return JobResult.done();");
        handler("fine", "return JobResult.done();");
        at.set("workers.concurrency", "1").configure();
        at.start();
        long deaf = jobs().insert("name", "deaf", "timeout_ms", 100, "max_attempts", 1);
        until("it runs", () -> diaryLines().contains("begun"));
        long fine = jobs().enqueue("fine");
        at.awaitLog("was interrupted");
        at.awaitLog("it is at deaf.jar//Handler_deaf.handle(");
        assertThat(jobs().state(deaf)).isEqualTo("running");
        assertThat(jobs().state(fine)).isNotEqualTo("done");
        Installation.write(end, "");
        jobs().awaitState(deaf, "dead");
        jobs().awaitState(fine, "done");
        assertThat(jobs().column(deaf, "error")).startsWith("timed out");
    }

    @Test
    void whatItHasDoneWhenTheDaemonStopsIsNotDoneAgain() {
        handler(
                "careful",
                diaryEntry("\"begun\"")
                        + "try { Thread.sleep(60_000); } catch (InterruptedException e) { return JobResult.done(\"half\"); }"
                        + "return JobResult.done();");
        handler("careless", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long careful = jobs().enqueue("careful");
        long careless = jobs().enqueue("careless");
        until("they run", () -> diaryLines().size() == 2);
        assertThat(at.workerd("stop", "--now", "--timeout", "20s").code()).isZero();
        assertThat(jobs().state(careful)).isEqualTo("done");
        assertThat(jobs().state(careless)).isEqualTo("ready");
        assertThat(jobs().attempt(careless)).isZero();
    }

    @Test
    void aDaemonThatStopsAtOnceEndsWithoutItAndTheNextOnePutsItBack() {
        handler(
                "deaf",
                diaryEntry("\"attempt \" + job.attempt()") + until(at.top.resolve("end")) + "return JobResult.done();");
        at.start();
        long id = jobs().enqueue("deaf");
        until("it runs", () -> diaryLines().size() == 1);
        Shell.Done stopped = at.workerd("stop", "--now", "--timeout", "20s");
        assertThat(stopped.code()).as(stopped.err()).isZero();
        assertThat(jobs().state(id)).isEqualTo("running");
        Installation.write(at.top.resolve("end"), "");
        at.start();
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("attempt 1", "attempt 1");
        assertThat(jobs().count("attempts where outcome = 'daemon died'")).isZero();
        at.awaitLog("outcome=interrupted");
    }

    @Test
    void theTimeoutOfWhatTheDaemonEndedWithoutStillCounts() {
        handler("deaf", diaryEntry("\"begun\"") + until(at.top.resolve("end")) + "return JobResult.done();");
        at.start();
        long id = jobs().insert("name", "deaf", "timeout_ms", 100, "max_attempts", 1);
        at.awaitLog("was interrupted");
        assertThat(at.workerd("stop", "--now", "--timeout", "20s").code()).isZero();
        at.start();
        jobs().awaitState(id, "dead");
        assertThat(jobs().ask("select outcome from job_attempts where id = ?", id))
                .isEqualTo("timeout");
    }

    @Test
    void withTheQueueOutOfReachADaemonStillEndsWithoutIt() throws Exception {
        expectErrors();
        handler("deaf", diaryEntry("\"begun\"") + until(at.top.resolve("end")) + "return JobResult.done();");
        handler("slow", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long deaf = jobs().enqueue("deaf");
        long slow = jobs().enqueue("slow");
        until("they run", () -> diaryLines().size() == 2);
        jobs().execute("begin immediate");
        assertThat(at.workerd("stop", "--timeout", "1s").code()).isEqualTo(75);
        long pid = at.pid();
        at.signal("TERM");
        Installation.awaitEnd(pid);
        jobs().execute("rollback");
        Installation.write(at.top.resolve("end"), "");
        assertThat(jobs().state(deaf)).isEqualTo("running");
        assertThat(jobs().state(slow)).isEqualTo("running");
    }

    @Test
    void aCrashInTheMiddleCountsTheAttemptAndRunsItAgain() {
        handler(
                "slow",
                diaryEntry("\"attempt \" + job.attempt()")
                        + "if (job.attempt() == 1) Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long id = jobs().enqueue("slow");
        until("it runs", () -> diaryLines().size() == 1);
        at.kill9();
        at.start();
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("attempt 1", "attempt 2");
        assertThat(jobs().ask("select outcome from job_attempts where id = ? and number = 1", id))
                .isEqualTo("daemon died");
    }
}
