package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad days: the daemon says so in its log, backs off and goes on by itself; no job is lost, run twice or failed for it. */
class ShortageIT extends DaemonTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @BeforeEach
    void saysSo() {
        expectErrors();
        at.set("workers.poll_interval", "\"1s\"").configure();
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
    }

    @Test
    void aDatabaseLockedByAnotherProgramIsWaitedFor() {
        at.handler("slow", "sleep 0.5; echo slow >>'" + diary() + "'");
        at.start();
        long slow = jobs().enqueue("slow");
        jobs().awaitState(slow, "running");
        long work = jobs().enqueue("work");
        jobs().awaitState(work, "done");
        jobs().execute("begin immediate");
        long inside = jobs().enqueue("work");
        at.awaitLog("nothing is lost, retrying");
        until("the slow one ended meanwhile", () -> diaryLines().contains("slow"));
        pause(Duration.ofSeconds(4));
        jobs().execute("commit");
        jobs().awaitState(slow, "done");
        jobs().awaitState(inside, "done");
        at.awaitLog("the queue works again");
        assertThat(diaryLines()).doesNotHaveDuplicates().hasSize(3);
        assertThat(jobs().attempt(slow)).isEqualTo(1);
    }

    /** Longer than an enqueuer has patience for; it says so and stores nothing. */
    @Test
    void aDatabaseLockedForAMinuteIsWaitedForAllTheSame() {
        at.start();
        jobs().awaitState(jobs().enqueue("work"), "done");
        jobs().execute("begin immediate");
        long inside = jobs().enqueue("work");
        long begun = System.nanoTime();
        Shell.Done refused = at.workerd("enqueue", "work");
        assertThat(refused.code()).isEqualTo(75);
        assertThat(refused.err()).contains("another process keeps it locked").contains("Try again");
        Shell.Running patient = at.shell.begin(at.line("enqueue", "work"));
        pause(Duration.ofSeconds(60).minusNanos(System.nanoTime() - begun).minus(Duration.ofSeconds(3)));
        assertThat(patient.process().isAlive()).as("it waits").isTrue();
        jobs().execute("commit");
        Shell.Done stored = patient.await();
        assertThat(stored.code()).isZero();
        jobs().awaitState(inside, "done");
        jobs().awaitState(Long.parseLong(stored.out().strip()), "done");
        assertThat(diaryLines()).hasSize(3).doesNotHaveDuplicates();
        assertThat(at.logText().lines().filter(line -> line.contains("retrying")))
                .as("it says so once, not each time")
                .hasSize(1);
    }

    @Test
    void whileAnotherHoldsTheLockFileNothingIsClaimedAndTermStillWorks() {
        needs("perl");
        long pid = at.start();
        jobs();
        Shell.Running holder = at.shell.begin(List.of(
                "perl",
                "-e",
                "use Fcntl ':flock'; $| = 1; open F, '+<', $ARGV[0] or die; flock F, LOCK_EX or die; print qq(held\\n); sleep 600",
                at.queue + ".lock"));
        until("it is locked", () -> Installation.read(holder.out()).contains("held"));
        long id = jobs().enqueue("work");
        at.awaitLog("another process holds the lock files");
        assertThat(jobs().state(id)).isEqualTo("ready");
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        at.shell.kill("KILL", holder.process().pid());
        Installation.awaitEnd(pid);
        assertThat(jobs().state(id)).isEqualTo("ready");
    }

    @Test
    void toldTwiceItEndsEvenWhileTheQueueCannotBeWritten() {
        at.handler("slow", "sleep 600");
        long pid = at.start();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        jobs().execute("begin immediate");
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        at.signal("TERM");
        Installation.awaitEnd(pid);
        jobs().execute("rollback");
        assertThat(Proc.of(at.top)).isEmpty();
        at.handler("slow", "exit 0");
        at.start();
        jobs().awaitState(id, "done");
    }

    /** As many more than it has open now: some part of a start fails, each time another one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void withoutDescriptorsJobsWait(int more) throws Exception {
        needs("prlimit");
        at.handler("hold", "echo $WORKERD_JOB_ID >>'" + diary() + "'; sleep 0.3");
        long pid = at.start();
        jobs().awaitState(jobs().enqueue("work"), "done");
        int highest = at.daemon().descriptors().keySet().stream()
                .mapToInt(number -> number)
                .max()
                .orElseThrow();
        at.shell.run("prlimit", "--pid", pid + "", "--nofile=" + (highest + 1 + more) + ":4096");
        for (int i = 0; i < 12; i++) {
            jobs().enqueue("hold");
        }
        pause(Duration.ofSeconds(2));
        at.shell.run("prlimit", "--pid", pid + "", "--nofile=4096:4096");
        assertAllRanOnce(13);
        assertThat(Proc.isAlive(pid)).isTrue();
        at.stop();
    }

    @Test
    void withoutProcessesJobsWait() throws Exception {
        needsRoot();
        needs("prlimit");
        for (Path place : List.of(at.queue.getParent(), at.pidfile.getParent(), at.log.getParent(), at.top)) {
            Files.createDirectories(place);
            Files.setAttribute(place, "unix:uid", 65534);
        }
        List<String> line =
                new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        line.addAll(at.line("start"));
        assertThat(at.shell.run(line)).matches(done -> done.code() == 0);
        long pid = at.pid();
        jobs().awaitState(jobs().enqueue("work"), "done");
        int threads = at.daemon().threads();
        at.shell.run("prlimit", "--pid", pid + "", "--nproc=" + (threads + 1) + ":65536");
        for (int i = 0; i < 12; i++) {
            jobs().enqueue("work");
        }
        pause(Duration.ofSeconds(2));
        assertThat(Proc.isAlive(pid)).isTrue();
        at.shell.run("prlimit", "--pid", pid + "", "--nproc=65536:65536");
        assertAllRanOnce(13);
        at.stop();
    }

    private void assertAllRanOnce(int jobs) {
        jobs().awaitAllDone();
        assertThat(jobs().count("finished where state = 'done'")).isEqualTo(jobs);
        assertThat(jobs().count("attempts where outcome in ('failed', 'daemon died')"))
                .isZero();
        assertThat(diaryLines()).hasSize(jobs).doesNotHaveDuplicates();
    }

    /** For what must not happen meanwhile there is nothing to wait for. */
    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException stopped) {
            fail(stopped);
        }
    }
}
