package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many starts, and pidfiles that lie: the lock is the truth. */
class StartRaceIT extends DaemonTest {
    @Test
    void twentyStartsAtOnceMakeOneDaemonAndAllSucceed() throws Exception {
        Installation.write(at.pidfile, "999999\n");
        List<Shell.Running> starts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            starts.add(at.shell.begin(at.line("start")));
        }
        List<Shell.Done> ends = starts.stream().map(Shell.Running::await).toList();
        assertThat(ends).allMatch(done -> done.code() == 0);
        assertThat(ends).allMatch(done -> done.err().contains("(pid " + at.pid() + ")"));
        // One that was not needed says so before it has ended.
        until("only one is left", () -> daemons().size() == 1);
        assertThat(daemons().get(0).pid()).isEqualTo((int) at.pid());
    }

    @Test
    void aStrangerWhoHasLockedThePidfileDelaysNoStart() throws Exception {
        needsRoot();
        needs("setpriv");
        Installation.write(at.pidfile, "999999\n");
        Installation.allow(at.pidfile, "rw-r--r--");
        for (Path above = at.pidfile.getParent(); above.startsWith(at.top); above = above.getParent()) {
            Installation.allow(above, "rwxr-xr-x");
        }
        Shell.Running stranger = holdPidfile("<", "", "setpriv", "--reuid=65534", "--clear-groups");
        List<Shell.Running> starts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            starts.add(at.shell.begin(at.line("start")));
        }
        assertThat(starts.stream().map(Shell.Running::await))
                .allMatch(done -> done.code() == 0 && done.err().contains("(pid " + at.pid() + ")"));
        until("only one is left", () -> daemons().size() == 1);
        assertThat(stranger.process().isAlive()).isTrue();
        assertThat(at.workerd("stop").code()).isZero();
        at.shell.kill("KILL", stranger.process().pid());
    }

    @Test
    void aSecondStartSucceedsAndChangesNothing() {
        long pid = at.start();
        Shell.Done second = at.workerd("start");
        assertThat(second.code()).isZero();
        assertThat(second.err()).isEqualTo("workerd is already running (pid " + pid + ")\n");
        assertThat(at.pid()).isEqualTo(pid);
        assertThat(daemons()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stale", "recycled", "init", "empty", "garbage", "huge", "world-writable"})
    void aPidfileWithoutALockNeverBlocksAStart(String kind) throws Exception {
        String text =
                switch (kind) {
                    case "stale" -> "999999\n";
                    case "recycled" -> ProcessHandle.current().pid() + "\n";
                    case "init" -> "1\n";
                    case "garbage" -> "12 monkeys\0\n";
                    case "huge" -> "1".repeat(10 << 20);
                    default -> "";
                };
        Installation.write(at.pidfile, text);
        if (kind.equals("world-writable")) {
            Installation.allow(at.pidfile, "rw-rw-rw-");
        }
        long pid = at.start();
        assertThat(Files.size(at.pidfile)).isEqualTo((pid + "\n").length());
        assertThat(Files.getPosixFilePermissions(at.pidfile)).hasSize(4);
        at.stop();
        assertThat(at.pidfile).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"symlink", "directory", "fifo"})
    void aPidfileThatIsNoFileIsRefusedAndLeftAlone(String kind) throws Exception {
        Files.createDirectories(at.pidfile.getParent());
        Path victim = Files.writeString(at.top.resolve("victim"), "precious");
        switch (kind) {
            case "symlink" -> Files.createSymbolicLink(at.pidfile, victim);
            case "directory" -> Files.createDirectory(at.pidfile);
            default -> at.shell.run("mkfifo", at.pidfile.toString());
        }
        expectErrors();
        Shell.Done done = at.workerd("start");
        assertThat(done.code()).isNotZero();
        assertThat(done.err()).contains("pidfile").contains(at.pidfile.toString());
        assertThat(daemons()).isEmpty();
        assertThat(victim).hasContent("precious");
        assertThat(Files.isRegularFile(at.pidfile, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    /** Between the lock and the first write the file still holds what was there before. */
    @Test
    void theStalePidOfALockedPidfileIsNotTakenForTheDaemons() {
        Installation.write(at.pidfile, "999999\n");
        Shell.Running holder = holdPidfile("+<", "sleep 3; truncate F, 0; syswrite F, qq($$\\n);");
        Shell.Done done = at.workerd("start");
        assertThat(done.err())
                .doesNotContain("999999")
                .contains("(pid " + holder.process().pid() + ")");
        at.shell.kill("KILL", holder.process().pid());
        holder.await();
    }

    @Test
    void aQueueThatSomebodyTookAwayIsToldOf() throws Exception {
        expectErrors();
        at.set("workers.poll_interval", "\"100ms\"").configure();
        at.start();
        Path away = at.queue.resolveSibling("away.db");
        Files.move(at.queue, away);
        at.awaitLog("was removed or replaced while it was open");
        Files.move(away, at.queue);
        at.stop();
    }

    @Test
    void aPidfileThatSomebodyRemovedIsThereAgain() throws Exception {
        at.set("workers.poll_interval", "\"100ms\"").configure();
        long pid = at.start();
        Files.delete(at.pidfile);
        until("the pidfile is there again", () -> Files.exists(at.pidfile) && Files.size(at.pidfile) > 0);
        assertThat(at.pid()).isEqualTo(pid);
        at.stop();
        assertThat(at.pidfile).doesNotExist();
    }

    @Test
    void twoDaemonsWithTwoPidfilesServeOneQueue() {
        Installation other = other("second");
        at.set("workers.concurrency", "1").configure();
        other.set("workers.concurrency", "1").configure();
        at.handler(
                "meet",
                "echo $PPID >>'" + diary() + "'\nwhile [ $(wc -l <'" + diary() + "') -lt 2 ]; do sleep 0.02; done");
        long first = at.start();
        long second = other.start();
        assertThat(first).isNotEqualTo(second);
        long one = jobs().enqueue("meet");
        long two = jobs().enqueue("meet");
        jobs().awaitState(one, "done");
        jobs().awaitState(two, "done");
        assertThat(diaryLines()).containsExactlyInAnyOrder(first + "", second + "");
    }

    private List<Proc> daemons() {
        return Proc.of(at.top).stream()
                .filter(process -> process.name().equals("workerd"))
                .toList();
    }
}
