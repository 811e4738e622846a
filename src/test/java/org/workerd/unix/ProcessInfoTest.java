package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.Tool;
import org.workerd.unix.Spawn.Group;

@Timeout(30)
class ProcessInfoTest {
    @TempDir
    Path directory;

    @Test
    void weAreAmongAllProcesses() {
        ProcessInfo self = ProcessInfo.self();
        assertThat(self.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(self.parent())
                .isEqualTo((int) ProcessHandle.current().parent().orElseThrow().pid());
        assertThat(self.isZombie()).isFalse();
        assertThat(ProcessInfo.all()).extracting(ProcessInfo::pid).contains(self.pid(), 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a) S 1 1 1", "((", "))", ") ) )", " ", "x y (z) ", "é日"})
    void aNameOfSpacesAndParenthesesDoesNotShiftTheFields(String name) throws IOException {
        Path output = directory.resolve("output");
        // $0 also sets the kernel's name of the process.
        int pid = Child.program(
                        Tool.needed("perl"),
                        output,
                        List.of("perl", "-e", "$0 = $ARGV[0]; $| = 1; print \"named\\n\"; sleep 60", name))
                .start();
        try {
            await().until(() -> Files.readString(output).equals("named\n"));
            assertThat(Files.readString(Path.of("/proc/" + pid + "/comm"))).isEqualTo(name + "\n");
            ProcessInfo info = ProcessInfo.of(pid).orElseThrow();
            ProcessInfo self = ProcessInfo.self();
            assertThat(info.pid()).isEqualTo(pid);
            assertThat(info.parent()).isEqualTo(self.pid());
            assertThat(info.group()).isEqualTo(pid);
            assertThat(info.session()).isEqualTo(self.session());
            assertThat(info.startTime()).isGreaterThanOrEqualTo(self.startTime());
        } finally {
            Processes.signalGroup(pid, Processes.KILL);
            Processes.reap(pid);
        }
    }

    @Test
    void whatHasEndedIsAZombieUntilItIsReapedAndThenGone() {
        int pid = Child.shell(directory.resolve("output"), "true").start();
        await().until(() -> ProcessInfo.of(pid).orElseThrow().isZombie());
        Processes.reap(pid);
        assertThat(ProcessInfo.of(pid)).isEmpty();
    }

    @Test
    void theStartTimeTellsTwoProcessesApart() {
        ProcessInfo self = ProcessInfo.self();
        assertThat(ProcessInfo.self().startTime()).isEqualTo(self.startTime());
        assertThat(ProcessInfo.of(1).orElseThrow().startTime()).isLessThan(self.startTime());
    }

    /** The kernel shows none between the old program's memory and the new one's. */
    @Test
    void theEnvironmentCanBeReadInTheMidstOfAnExec() throws IOException {
        Path script = directory.resolve("again");
        Files.writeString(script, "#!/bin/sh\nexec \"$0\"\n");
        script.toFile().setExecutable(true);
        int pid = new Spawn(
                        script,
                        List.of(script.toString()),
                        List.of("MARK=7"),
                        directory,
                        Group.PROCESS_GROUP,
                        List.of())
                .start();
        try {
            ProcessInfo info = ProcessInfo.of(pid).orElseThrow();
            for (int look = 0; look < 20_000; look++) {
                assertThat(info.environment()).as("look %d", look).contains("MARK=7");
            }
        } finally {
            Processes.signalGroup(pid, Processes.KILL);
            Processes.reap(pid);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a zombie", "a process without any"})
    void whoHasNoEnvironmentIsNotWaitedFor(String whose) {
        String script = whose.equals("a zombie") ? "exit 0" : "exec env -i sleep 60";
        int pid = Child.shell(directory.resolve("output"), script).start();
        try {
            await().until(() -> whose.equals("a zombie")
                    ? ProcessInfo.of(pid).orElseThrow().isZombie()
                    : Files.readString(Path.of("/proc/" + pid + "/comm")).equals("sleep\n"));
            assertThat(ProcessInfo.of(pid).orElseThrow().environment()).isEmpty();
        } finally {
            Processes.signalGroup(pid, Processes.KILL);
            Processes.reap(pid);
        }
    }

    @Test
    void theEnvironmentOfAnotherProcessCanBeRead() {
        int pid = new Spawn(
                        Tool.needed("sleep"),
                        List.of("sleep", "60"),
                        List.of("WORKERD_JOB_ID=7", "LINES=a\nb", "EMPTY=", "LONG=" + "x".repeat(100_000)),
                        directory,
                        Group.PROCESS_GROUP,
                        List.of())
                .start();
        try {
            assertThat(ProcessInfo.of(pid).orElseThrow().environment())
                    .contains("WORKERD_JOB_ID=7", "LINES=a\nb", "EMPTY=", "LONG=" + "x".repeat(100_000));
        } finally {
            Processes.signalGroup(pid, Processes.KILL);
            Processes.reap(pid);
        }
    }

    @Test
    void theBootHasAnId() {
        assertThat(ProcessInfo.bootId())
                .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                .isEqualTo(ProcessInfo.bootId());
    }
}
