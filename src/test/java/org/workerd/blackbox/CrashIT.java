package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** kill -9 loses nothing: whoever comes next ends what was left and runs the jobs again, at once. */
class CrashIT extends DaemonTest {
    /** 0.1 to 0.2 s on an idle machine; far from any lease, poll or heartbeat on a busy one. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

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
        assertThat(took).isLessThan(AT_ONCE);
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
        assertThat(took).isLessThan(AT_ONCE);
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
        jobs().awaitState(id, "running");
        until("it has begun", () -> diaryLines().contains("start"));
        long owner = Long.parseLong(jobs().ask("select daemon_pid from job_attempts where id = ?", id));
        stopOutsideATransaction(owner);
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

    @Test
    void whatADaemonLeavesThatIsKilledWhileItCleansUpAfterAnotherTheNextOneRemoves() {
        needs("strace");
        at.handler("nap", "echo data >big; exec sleep 600");
        at.start();
        long id = jobs().enqueue("nap");
        Path scratch = at.queue.resolveSibling("scratch/1");
        until("it works", () -> Files.exists(scratch.resolve("0/work/big")));
        at.kill9();
        List<String> killed = new ArrayList<>(List.of(
                "strace", "-f", "-o", "/dev/null", "-e", "trace=rmdir", "-e", "inject=rmdir:signal=KILL:when=1"));
        killed.addAll(at.line("run"));
        assertThat(at.shell.run(killed).code()).isEqualTo(137);
        assertThat(scratch).exists();
        assertThat(at.queue.resolveSibling("daemons/1.lock")).exists();
        assertThat(jobs().ask("select count(*) from daemons where id = 1")).isEqualTo("0");
        at.handler("nap", "exit 0");
        at.start();
        jobs().awaitState(id, "done");
        until(
                "it is removed",
                () -> !Files.exists(scratch) && !Files.exists(at.queue.resolveSibling("daemons/1.lock")));
    }

    /** It has ended one of three programs by then, and put no job back. */
    @Test
    void whatADaemonThatIsKilledWhileItRecoversJobsLeavesTheNextOneRecovers() {
        needs("strace", "flock");
        String begin = "exec 9>>'" + at.top.resolve("lock.'$WORKERD_JOB_ID")
                + "; flock -n 9 || echo twice $WORKERD_JOB_ID >>'" + diary() + "'\n"
                + "echo start $WORKERD_JOB_ID >>'" + diary() + "'\n";
        at.handler("nap", begin + "exec sleep 600");
        at.start();
        List<Long> ids = List.of(jobs().enqueue("nap"), jobs().enqueue("nap"), jobs().enqueue("nap"));
        until("all run", () -> diaryLines().size() == 3);
        at.kill9();
        List<String> killed = new ArrayList<>(List.of(
                "strace",
                "-f",
                "-o",
                "/dev/null",
                "-e",
                "trace=pidfd_send_signal",
                "-e",
                "inject=pidfd_send_signal:signal=KILL:when=1"));
        killed.addAll(at.line("run"));
        assertThat(at.shell.run(killed).code()).isEqualTo(137);
        assertThat(ids).allMatch(id -> jobs().state(id).equals("running"));
        at.handler("nap", begin);
        at.start();
        ids.forEach(id -> jobs().awaitState(id, "done"));
        assertThat(ids).allMatch(id -> jobs().attempt(id) == 2);
        assertThat(diaryLines())
                .containsExactlyInAnyOrder("start 1", "start 2", "start 3", "start 1", "start 2", "start 3");
    }

    /** Inside of one it would hold up everybody, as any program that is stopped there. */
    private void stopOutsideATransaction(long daemon) {
        until("it is stopped between two transactions", () -> {
            at.shell.kill("STOP", daemon);
            until("it is stopped", () -> Proc.of(daemon).orElseThrow().state() == 'T');
            if (!holdsTurnstile(daemon)) {
                return true;
            }
            at.shell.kill("CONT", daemon);
            return false;
        });
    }

    static void report(String figure) {
        System.err.println("FIGURE " + figure);
    }
}
