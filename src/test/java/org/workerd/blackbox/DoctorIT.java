package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code doctor} beside a daemon: it sees how that is, and does not disturb it. */
class DoctorIT extends DaemonTest {
    private Shell.Done doctor() {
        return at.workerd("doctor");
    }

    @Test
    void besideABusyDaemonAllIsWellAndNothingIsLost() {
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        long pid = at.start();
        for (int i = 0; i < 200; i++) {
            jobs().enqueue("work");
            if (i % 40 == 20) {
                Shell.Done done = doctor();
                assertThat(done.code()).as(done.out()).isZero();
                assertThat(done.out()).contains("running, pid " + pid).doesNotContain("failure");
            }
        }
        jobs().awaitAllDone();
        assertThat(diaryLines()).hasSize(200).doesNotHaveDuplicates();
        at.stop();
        assertThat(doctor().out()).contains("not running").doesNotContain("warning ");
    }

    @Test
    void aDaemonThatWasKilledIsMendedAsItSays() {
        at.handler("hold", "until [ -e '" + diary() + "' ]; do sleep 0.02; done");
        at.start();
        long id = jobs().enqueue("hold");
        jobs().awaitState(id, "running");
        at.kill9();
        assertThat(doctor().out())
                .contains("it died: no process holds the lock of its pidfile", "died; jobs to be put back: 1");
        Installation.write(diary(), "");
        at.start();
        jobs().awaitState(id, "done");
        assertThat(doctor().out()).doesNotContain("died");
        at.stop();
    }

    @Test
    void aQueueThatWasReplacedUnderTheDaemonIsAFailure() throws Exception {
        expectErrors();
        at.start();
        Path copy = at.top.resolve("copy.db");
        assertThat(at.workerd("backup", copy.toString()).code()).isZero();
        Files.move(copy, at.queue, StandardCopyOption.ATOMIC_MOVE);
        Shell.Done done = doctor();
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.out()).contains("was removed or replaced while it was open", "-> workerd restart");
        at.stop();
    }

    @Test
    void whoMayNotReadTheQueueIsToldSo() throws Exception {
        needsRoot();
        at.start();
        at.stop();
        Installation.allow(at.queue.getParent(), "rwx------");
        Shell.Done done = at.shell.run(Stream.concat(
                        Stream.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"),
                        at.line("doctor").stream())
                .toList());
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.out())
                .contains("permission denied", "use the account that owns the queue")
                .contains("cannot be checked: no permission to read " + at.queue.getParent());
        assertThat(List.of("Exception", "at org.")).noneMatch(done.out()::contains);
    }

    @Test
    void aDiskThatIsFullOrReadOnlyIsAFailure() throws Exception {
        needsRoot();
        Path disk = Files.createDirectories(at.queue.getParent());
        if (at.shell
                        .run("mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "workerd-test", disk.toString())
                        .code()
                != 0) {
            needs("no mount");
        }
        try {
            Shell.Done done = doctor();
            assertThat(done.code()).isEqualTo(1);
            assertThat(done.out())
                    .contains("is on tmpfs: a reboot loses all jobs")
                    .containsPattern("failure +disk of the queue +only [34]\\.\\d MiB free");
            assertThat(at.shell
                            .run("mount", "-o", "remount,ro", disk.toString())
                            .code())
                    .isZero();
            assertThat(doctor().out())
                    .containsPattern("failure +disk of the queue +the file system of " + disk + " is read-only");
        } finally {
            at.shell.run("umount", "-l", disk.toString());
        }
    }
}
