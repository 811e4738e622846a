package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that is full or cannot be written, under the queue and what lies beside it: a small one of its own. */
class DiskIT extends DaemonTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        needsRoot();
        needs("mount");
        expectErrors();
        disk = Files.createDirectories(at.queue.getParent());
        Shell.Done done =
                at.shell.run("mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "workerd-test", disk.toString());
        assertThat(done.code()).as(done.err()).isZero();
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
    }

    @AfterEach
    void unmount() {
        if (Files.exists(at.pidfile)) {
            at.stop();
        }
        jobs().close();
        at.shell.run("umount", "-l", disk.toString());
    }

    private Path fill() {
        Path full = disk.resolve("full");
        at.shell.run("sh", "-c", "cat /dev/zero >'" + full + "' 2>/dev/null");
        return full;
    }

    private void remount(String options) {
        Shell.Done done = at.shell.run("mount", "-o", "remount," + options, disk.toString());
        assertThat(done.code()).as(done.err()).isZero();
    }

    @Test
    void whatFindsNoRoomIsNotStoredAndSaysSo() throws Exception {
        jobs().enqueue("work");
        String batch = at.top.resolve("batch").toString();
        Installation.write(
                Path.of(batch), ("{\"name\":\"work\",\"payload\":\"" + "x".repeat(9_000) + "\"}\n").repeat(2_000));
        Path full = fill();
        int before = jobs().count("jobs");
        Shell.Done refused = at.workerd("enqueue", "--batch", batch);
        assertThat(refused.code()).isEqualTo(74);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("the disk is full")
                .contains("Free disk space")
                .doesNotContain("Exception");
        assertThat(jobs().count("jobs")).isEqualTo(before);
        Files.delete(full);
        remount("size=64m");
        assertThat(at.workerd("enqueue", "--batch", batch, "-q").code()).isZero();
        assertThat(jobs().count("jobs")).isEqualTo(before + 2_000);
    }

    @Test
    void aFullDiskLosesNoJob() throws Exception {
        Path go = at.top.resolve("go");
        at.handler(
                "work", "until [ -e '%s' ]; do sleep 0.02; done; echo $WORKERD_JOB_ID >>'%s'".formatted(go, diary()));
        at.start();
        for (int i = 0; i < 200; i++) {
            jobs().enqueue("work");
        }
        Path full = fill();
        Installation.write(go, "");
        at.awaitLog("nothing is lost, retrying");
        Files.delete(full);
        assertAllRanOnce(200);
    }

    /** @param full the file that fills the disk */
    private record Unstored(long id, Path full) {}

    /** A job that has ended, which could not be stored. */
    private Unstored endWithoutRoom() throws Exception {
        Path go = at.top.resolve("go");
        at.handler(
                "work", "until [ -e '%s' ]; do sleep 0.02; done; echo $WORKERD_JOB_ID >>'%s'".formatted(go, diary()));
        at.start();
        long id = jobs().enqueue("work");
        jobs().awaitState(id, "running");
        until("its program runs", () -> Proc.of(at.top).size() > 1);
        Path full = fill();
        Installation.write(go, "");
        at.awaitLog("the disk is full; nothing is lost, retrying");
        return new Unstored(id, full);
    }

    @Test
    void onAFullDiskItHearsSignalsAndStopsOnceWhatEndedIsStored() throws Exception {
        Unstored job = endWithoutRoom();
        long pid = at.pid();
        at.signal("USR1");
        at.awaitLog("report: 0 jobs run");
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        at.signal("USR2");
        at.awaitLog("restart requested");
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        assertThat(Proc.isAlive(pid)).isTrue();
        Files.delete(job.full);
        Installation.awaitEnd(pid);
        assertThat(jobs().state(job.id)).isEqualTo("done");
        assertThat(jobs().attempt(job.id)).isEqualTo(1);
    }

    @Test
    void whatEndedOnAFullDiskDoesNotRunAgainWhenItsDaemonIsKilled() throws Exception {
        Unstored job = endWithoutRoom();
        at.kill9();
        Files.delete(job.full);
        at.start();
        jobs().awaitState(job.id, "done");
        assertThat(diaryLines()).hasSize(1);
        assertThat(jobs().attempt(job.id)).isEqualTo(1);
    }

    @Test
    void aJobWhoseOutputFindsNoRoomIsNotFailedForIt() throws Exception {
        Path tries = at.top.resolve("tries");
        at.handler(
                "print",
                "echo once more >>'%s'; head -c 900000 /dev/zero || exit 3; echo $WORKERD_JOB_ID >>'%s'"
                        .formatted(tries, diary()));
        at.start();
        jobs().awaitState(jobs().enqueue("work"), "done");
        Path full = fill();
        at.shell.run("truncate", "-s", "-300K", full.toString());
        long id = jobs().enqueue("print");
        until("it was tried", () -> Files.exists(tries));
        until("its output filled the disk", () -> disk.toFile().getFreeSpace() < 1 << 16);
        // Until how it ended is about to be stored: it is judged by what the disk has left when it ends.
        at.awaitLog("the disk is full; nothing is lost, retrying");
        Files.delete(full);
        jobs().awaitWithin(PATIENCE, id, "done");
        assertThat(Installation.read(tries).lines().count()).isGreaterThan(1);
        assertThat(jobs().count("attempts where outcome = 'failed'")).isZero();
        assertThat(jobs().attempt(id)).isEqualTo(1);
        assertThat(at.logText()).contains("it failed while the disk was full");
    }

    @Test
    void onAReadOnlyFileSystemNothingIsStoredOrStartedAndItSaysWhy() {
        jobs().enqueue("work");
        jobs().close();
        remount("ro");
        for (String command : List.of("enqueue", "start")) {
            Shell.Done refused = command.equals("start") ? at.workerd("start") : at.workerd("enqueue", "work");
            assertThat(refused.code()).as(command).isEqualTo(74);
            assertThat(refused.err()).contains("read-only").doesNotContain("Exception");
        }
        remount("rw");
        at.start();
        until("the one that was stored before has run", () -> diaryLines().equals(List.of("1")));
    }

    /** As the kernel does it to a disk that fails: there is no way back but to stop, to mend and to mount it again. */
    @Test
    void aDiskThatTurnsReadOnlyUnderTheDaemonLosesNoJob() throws Exception {
        needs("mkfs.ext4");
        at.shell.run("umount", disk.toString());
        Path image = at.top.resolve("image");
        at.shell.run("truncate", "-s", "64M", image.toString());
        at.shell.run("mkfs.ext4", "-q", "-F", image.toString());
        Shell.Done looped = at.shell.run("mount", "-o", "loop", image.toString(), disk.toString());
        assumeTrue(looped.code() == 0, "no loop device to be had: " + looped.err());
        at.handler(
                "slow",
                "until [ -e '" + at.top + "/go' ]; do sleep 0.05; done; echo $WORKERD_JOB_ID >>'" + diary() + "'");
        at.start();
        for (int i = 0; i < 4; i++) {
            jobs().enqueue("slow");
        }
        until("they run", () -> jobs().count("running") == 4);
        for (int i = 0; i < 20; i++) {
            jobs().enqueue("work");
        }
        remount("abort");
        Installation.write(at.top.resolve("go"), "");
        at.awaitLog("retrying");
        assertThat(at.workerd("enqueue", "work").code()).isIn(4, 74);
        at.workerd("stop", "--now", "--timeout", "30s");
        jobs().close();
        until(
                "nobody uses it any more",
                () -> at.shell.run("umount", disk.toString()).code() == 0);
        at.shell.run("mount", "-o", "loop", image.toString(), disk.toString());
        at.start();
        try (Jobs again = new Jobs(at.queue)) {
            again.awaitAllDone();
            assertThat(again.count("finished where state = 'done'")).isEqualTo(24);
            assertThat(again.count("attempts where outcome = 'failed'")).isZero();
        }
        at.stop();
    }

    private void assertAllRanOnce(int jobs) {
        jobs().awaitAllDone();
        assertThat(jobs().count("finished where state = 'done'")).isEqualTo(jobs);
        assertThat(jobs().count("attempts where outcome in ('failed', 'daemon died')"))
                .isZero();
        assertThat(diaryLines()).hasSize(jobs).doesNotHaveDuplicates();
    }
}
