package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.unix.Processes.End;

@Timeout(30)
class ProcessesTest {
    @TempDir
    Path directory;

    private Path output;

    @BeforeEach
    void name() {
        output = directory.resolve("output");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 75, 128, 255})
    void theExitCodeIsSeen(int code) {
        assertThat(Processes.reap(Child.shell(output, "exit " + code).start())).isEqualTo(new End.Exit(code));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 11, 15, 31, 34, 64})
    void theSignalThatEndedItIsSeen(int signal) {
        int pid = Child.shell(output, "kill -$1 $$; exec sleep 60", Integer.toString(signal))
                .start();
        assertThat(Processes.reap(pid)).isEqualTo(new End.Signal(signal));
    }

    @Test
    void aProcessCanBeAwaitedThroughItsDescriptor() {
        int pid = Child.shell(output, "exec sleep 60").start();
        int watched = Processes.open(pid);
        assertThat(Posix.await(0, watched)).containsExactly(false);
        assertThat(Processes.reapIfEnded(pid)).isEmpty();
        assertThat(Processes.signal(watched, Processes.TERM)).isTrue();
        assertThat(Posix.await(10_000, watched)).containsExactly(true);
        assertThat(Processes.reapIfEnded(pid)).contains(new End.Signal(Processes.TERM));
        assertThat(Processes.signal(watched, Processes.TERM)).isFalse();
        assertThat(Processes.reapIfEnded(pid)).isEmpty();
        Posix.close(watched);
    }

    @Test
    void aProcessThatIsNotThereCannotBeWatched() {
        int pid = Child.shell(output, "true").start();
        Processes.reap(pid);
        assertThatThrownBy(() -> Processes.open(pid))
                .isInstanceOf(UnixException.class)
                .hasMessage("cannot watch process " + pid + ": no such process");
        assertThatThrownBy(() -> Processes.reap(pid)).isInstanceOf(UnixException.class);
    }

    @Test
    void aSignalToTheGroupReachesEveryoneInIt() throws IOException {
        int pid = Child.shell(output, "sleep 60 & sleep 60 & echo $!; wait").start();
        await().until(() -> Files.readString(output).endsWith("\n"));
        int grandchild = Integer.parseInt(Files.readString(output).strip());
        assertThat(ProcessInfo.of(grandchild)).map(ProcessInfo::group).contains(pid);
        assertThat(Processes.signalGroup(pid, Processes.KILL)).isTrue();
        assertThat(Processes.reap(pid)).isEqualTo(new End.Signal(Processes.KILL));
        await().until(() ->
                ProcessInfo.of(grandchild).map(ProcessInfo::isZombie).orElse(true));
        await().until(() -> !Processes.signalGroup(pid, Processes.KILL) || reapedOrphans());
    }

    /** Where adoptOrphans was called in this JVM before, the grandchildren are ours to wait for. */
    private static boolean reapedOrphans() {
        ProcessInfo.adopted().stream()
                .filter(ProcessInfo::isZombie)
                .forEach(orphan -> Processes.reapIfEnded(orphan.pid()));
        return false;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0, -1})
    void aSignalToEverybodyIsRefused(int group) {
        assertThatThrownBy(() -> Processes.signalGroup(group, Processes.TERM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a process group must be more than 1, was " + group);
    }

    @Test
    void anOrphanBecomesOurChild() throws IOException {
        Processes.adoptOrphans();
        int pid = Child.perl(output, "if (!fork) { if (!fork) { $| = 1; print \"$$\\n\"; sleep 60 } exit } wait; exit")
                .start();
        assertThat(Processes.reap(pid)).isEqualTo(new End.Exit(0));
        await().until(() -> Files.readString(output).endsWith("\n"));
        int orphan = Integer.parseInt(Files.readString(output).strip());
        await().until(() -> ProcessInfo.adopted().stream().anyMatch(process -> process.pid() == orphan));
        assertThat(ProcessInfo.of(orphan))
                .map(ProcessInfo::parent)
                .contains(ProcessInfo.self().pid());
        Processes.signalGroup(pid, Processes.KILL);
        assertThat(Processes.reap(orphan)).isEqualTo(new End.Signal(Processes.KILL));
        assertThat(ProcessInfo.adopted()).noneMatch(process -> process.pid() == orphan);
    }

    @Test
    void whatWeStartedOurselvesIsNotAdopted() throws InterruptedException {
        int[] pid = new int[1];
        Thread starter =
                new Thread(() -> pid[0] = Child.shell(output, "exec sleep 60").start());
        starter.start();
        starter.join();
        try {
            assertThat(ProcessInfo.adopted()).noneMatch(process -> process.pid() == pid[0]);
        } finally {
            Processes.signalGroup(pid[0], Processes.KILL);
            Processes.reap(pid[0]);
        }
    }
}
