package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** kill -9 loses nothing: whoever comes next ends what was left and runs the jobs again, at once. */
class CrashIT extends DaemonTest {
    /** The first attempt leaves every kind of process behind and never ends; the second one is quick. */
    private void hauntedHandler() {
        at.handler(
                "haunted",
                """
                echo "start $WORKERD_JOB_ID $WORKERD_ATTEMPT" >>'%s'
                [ $WORKERD_ATTEMPT -gt 1 ] && exit 0
                (trap '' TERM; sleep 600) &
                env -i sleep 601 &
                setsid sleep 602 &
                (setsid sh -c 'sleep 603 & exec sleep 604' &)
                echo "up $WORKERD_JOB_ID $WORKERD_ATTEMPT" >>'%s'
                sleep 605
                """
                        .formatted(diary(), diary()));
    }

    private long runHaunted() {
        long id = jobs().enqueue("haunted");
        until("it runs", () -> diaryLines().contains("up " + id + " 1"));
        until(
                "all of it",
                () -> Proc.of(at.top).stream()
                                .filter(process -> process.name().equals("sleep"))
                                .count()
                        == 6);
        return id;
    }

    @Test
    void afterARestartNothingOfTheFirstAttemptLivesAndTheJobRunsAgain() {
        hauntedHandler();
        at.start();
        long id = runHaunted();
        List<Proc> before = Proc.of(at.top);
        at.kill9();
        assertThat(at.workerd("status").code()).isEqualTo(1);
        at.start();
        long since = System.nanoTime();
        jobs().awaitState(id, "done");
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        assertThat(took).isLessThan(Duration.ofSeconds(1));
        report("kill -9, restart: job done again " + took.toMillis() + " ms after start returned");
        assertThat(jobs().attempt(id)).isEqualTo(2);
        assertThat(jobs().ask("select outcome from attempts where id = ? and number = 1", id))
                .isEqualTo("daemon died");
        assertThat(before).noneMatch(process -> Proc.of(process.pid())
                .filter(now -> now.startTime() == process.startTime() && !now.isZombie())
                .isPresent());
    }

    @Test
    void anotherDaemonTakesOverAtOnce() {
        hauntedHandler();
        Installation other = other("second");
        at.start();
        long id = runHaunted();
        other.start();
        List<Proc> before = Proc.of(at.pid()).stream().toList();
        long since = System.nanoTime();
        at.kill9();
        jobs().awaitState(id, "done");
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        assertThat(took).isLessThan(Duration.ofSeconds(1));
        report("kill -9, two daemons: job done again after " + took.toMillis() + " ms");
        assertThat(diaryLines()).containsExactly("start " + id + " 1", "up " + id + " 1", "start " + id + " 2");
        assertThat(before).noneMatch(process -> Proc.isAlive(process.pid()));
        assertThat(Proc.of(at.top)).extracting(Proc::pid).containsExactly((int) other.pid());
    }

    @Test
    void aJobThatKillsItsDaemonEachTimeIsDeadInTheEnd() {
        at.set("jobs.max_attempts", "3").configure();
        at.handler("killer", "kill -9 $PPID; sleep 600");
        for (int round = 1; round <= 3; round++) {
            long pid = at.start();
            if (round == 1) {
                jobs().enqueue("killer");
            }
            Installation.awaitEnd(pid);
        }
        at.start();
        jobs().awaitState(1, "dead");
        assertThat(jobs().column(1, "error")).contains("the daemon died in 3 attempts");
    }

    /** A lease would have run out meanwhile. */
    @Test
    void aDaemonThatIsOnlyStoppedKeepsItsJob() {
        at.handler("slow", "echo start >>'" + diary() + "'; sleep 3; echo end >>'" + diary() + "'");
        Installation other = other("second");
        at.start();
        other.start();
        long id = jobs().enqueue("slow");
        until("it has begun", () -> diaryLines().contains("start"));
        long owner = Long.parseLong(jobs().ask("select daemon_pid from job_attempts where id = ?", id));
        at.shell.kill("STOP", owner);
        at.handler("quick", "exit 0");
        until("the handler has ended", () -> diaryLines().contains("end"));
        for (int i = 0; i < 20; i++) {
            jobs().awaitState(jobs().enqueue("quick"), "done");
        }
        assertThat(jobs().state(id)).isEqualTo("running");
        at.shell.kill("CONT", owner);
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("start", "end");
        assertThat(jobs().attempt(id)).isEqualTo(1);
    }

    @Test
    void whatAnAttemptOfADeadDaemonLeftInItsScratchDirectoryIsGone() {
        hauntedHandler();
        at.start();
        runHaunted();
        at.kill9();
        at.start();
        jobs().awaitState(1, "done");
        at.stop();
        until("no ledger, no scratch", () -> at.shell
                .run(
                        "find",
                        at.queue.resolveSibling("scratch").toString(),
                        at.queue.resolveSibling("daemons").toString(),
                        "-mindepth",
                        "1")
                .out()
                .isEmpty());
    }

    static void report(String figure) {
        System.err.println("FIGURE " + figure);
    }
}
