package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code restart} on bad days: it comes about, or it is refused with words; what runs goes on either way. */
class RestartTroubleIT extends DaemonTest {
    private final List<Path> mounts = new ArrayList<>();
    private Path go;

    @BeforeEach
    void slowHandler() {
        go = at.top.resolve("go");
        at.handler(
                "slow",
                "echo $WORKERD_JOB_ID >>'" + diary() + "'; until [ -e '" + go + "' ]; do sleep 0.02; done; echo end");
        at.set("daemon.handover_timeout", Installation.text("1s")).configure();
    }

    @AfterEach
    void unmount() {
        if (!mounts.isEmpty()) {
            if (Files.exists(at.pidfile)) {
                at.stop();
            }
            jobs().close();
        }
        mounts.forEach(place -> at.shell.run("umount", "-l", place.toString()));
    }

    @Test
    void whileTheQueueIsLockedItIsRefused() {
        expectErrors();
        long daemon = at.start();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        jobs().execute("begin immediate");
        Shell.Done refused = at.workerd("restart");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("the queue may be locked", "workerd (pid " + daemon + ") goes on as before");
        jobs().execute("commit");
        restart(daemon, 1);
        finish(id);
    }

    @Test
    void whileTheDiskIsFullProgramsGoOn() throws Exception {
        needsRoot();
        needs("mount");
        expectErrors();
        Path disk = Files.createDirectories(at.queue.getParent());
        mount("-t", "tmpfs", "-o", "size=16m,mode=755", "workerd-test", disk.toString());
        long daemon = at.start();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        Path full = disk.resolve("full");
        at.shell.run("sh", "-c", "cat /dev/zero >'" + full + "' 2>/dev/null");
        Shell.Done done = at.workerd("restart");
        assertThat(done.err()).isEqualTo("workerd restarted (pid " + daemon + "), 1 job goes on\n");
        assertThat(at.pid()).isEqualTo(daemon);
        Files.delete(full);
        finish(id);
        assertThat(jobs().ask("select count(*) from job_attempts")).isEqualTo("1");
    }

    /** It waits in the kernel for a file system that stands still, and no signal ends it. */
    @Test
    void aProgramThatNothingEndsIsCarriedOver() throws Exception {
        needsRoot();
        needs("mkfs.ext4", "fsfreeze", "mount");
        Path image = at.top.resolve("image");
        at.shell.run("truncate", "-s", "16M", image.toString());
        at.shell.run("mkfs.ext4", "-q", "-F", image.toString());
        Path frozen = Files.createDirectory(at.top.resolve("frozen"));
        Shell.Done looped = at.shell.run("mount", "-o", "loop", image.toString(), frozen.toString());
        assumeTrue(looped.code() == 0, "no loop device to be had: " + looped.err());
        mounts.add(frozen);
        at.handler(
                "stuck",
                "echo $WORKERD_JOB_ID >>'" + diary() + "'; until [ -e '" + go + "' ]; do sleep 0.02; done; echo more >'"
                        + frozen + "/file'");
        long daemon = at.start();
        long stuck = jobs().enqueue("stuck");
        until("it runs", () -> diaryLines().size() == 1);
        at.shell.run("fsfreeze", "-f", frozen.toString());
        try {
            Installation.write(go, "");
            until("it is stuck", () -> Proc.all().stream()
                    .anyMatch(process -> process.parent() == daemon && process.state() == 'D'));
            assertThat(at.workerd("cancel", Long.toString(stuck)).code()).isZero();
            restart(daemon, 1);
        } finally {
            at.shell.run("fsfreeze", "-u", frozen.toString());
        }
        jobs().awaitState(stuck, "cancelled");
        assertThat(diaryLines()).hasSize(1);
    }

    @Test
    void anotherDaemonOfTheQueueNeverTakesItForDead() {
        Installation other = other("second");
        other.set("workers.concurrency", "1").configure();
        at.set("workers.concurrency", "2").configure();
        long daemon = at.start();
        long first = jobs().enqueue("slow");
        long second = jobs().enqueue("slow");
        until("both run", () -> diaryLines().size() == 2);
        other.start();
        at.handler("quick", "echo quick >>'" + diary() + "'");
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 8)"
                + " insert into jobs(name) select 'quick' from n");
        restart(daemon, 2);
        assertThat(at.workerd("restart").code()).isZero();
        Installation.write(go, "");
        jobs().awaitState(first, "done");
        jobs().awaitState(second, "done");
        jobs().awaitAllDone();
        assertThat(diaryLines()).hasSize(10);
        assertThat(jobs().ask("select max(attempt) from job_status")).isEqualTo("1");
        assertThat(jobs().count("attempts where outcome = 'daemon died'")).isZero();
        assertThat(jobs().count("daemons")).isEqualTo(2);
    }

    private void mount(String... words) {
        List<String> line = new ArrayList<>(List.of("mount"));
        line.addAll(List.of(words));
        Shell.Done done = at.shell.run(line);
        assertThat(done.code()).as(done.err()).isZero();
        mounts.add(Path.of(words[words.length - 1]));
    }

    private void restart(long daemon, int programs) {
        Shell.Done done = at.workerd("restart");
        assertThat(done.err())
                .isEqualTo("workerd restarted (pid " + daemon + "), "
                        + (programs == 1 ? "1 job goes on" : programs + " jobs go on") + "\n");
        assertThat(done.code()).isZero();
    }

    private void finish(long id) {
        Installation.write(go, "");
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(1);
    }
}
