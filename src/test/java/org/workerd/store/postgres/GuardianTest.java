package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;

/** What the guardian of a session ends, and what it leaves alone. */
final class GuardianTest {
    /** Waits in the group it is started in, as does its child. */
    private static final String WAITS = "sleep 600 & wait";

    private static final int SIGKILL = 9;

    @TempDir
    private Path directory;

    private Path scratch;
    private final List<Integer> started = new ArrayList<>();
    private final List<String> ledger = new ArrayList<>();

    @BeforeEach
    void beginTheLedger() throws IOException {
        scratch = Files.createDirectories(directory.resolve("own.1/scratch"));
        ProcessInfo self = ProcessInfo.self();
        ledger.add("workerd pid=" + self.pid() + " start=" + self.startTime() + " sid=" + self.session() + " state=x");
    }

    @AfterEach
    void endTheRest() {
        for (int pid : started) {
            Processes.signalGroup(pid, SIGKILL);
            Processes.reap(pid);
        }
    }

    @Test
    void endsTheGroupsOfAllAttempts() throws Exception {
        for (int slot = 0; slot < 12; slot++) {
            attempt(slot, 0);
        }
        ledger.add("slot=12 idle");
        ledger.add("slot=13 job=9 attempt=1 name=x since=1 token=7 pid=0 start=0");
        assertThat(started).allSatisfy(pid -> assertThat(members(pid)).isNotEmpty());

        guard("");

        assertThat(started).allSatisfy(pid -> assertThat(members(pid)).isEmpty());
    }

    @Test
    void leavesWhatIsOlderThanTheAttempt() throws Exception {
        int stranger = attempt(0, 100_000);
        int ours = attempt(1, 0);

        guard("");

        assertThat(members(stranger)).isNotEmpty();
        assertThat(members(ours)).isEmpty();
    }

    @Test
    void endsWhatLeftItsGroupByItsMark() throws Exception {
        int ours = start(Spawn.Group.SESSION, "WORKERD_RESULT=" + scratch + "/5/result");
        int stranger = start(
                Spawn.Group.SESSION, "WORKERD_RESULT=" + scratch.toString().replace("own.1", "own-1") + "/5/result");

        guard("");

        assertThat(members(ours)).isEmpty();
        assertThat(members(stranger)).isNotEmpty();
    }

    @Test
    void endsNothingWhenItIsLetGo() throws Exception {
        int ours = attempt(0, 0);

        guard("over\n");

        assertThat(members(ours)).isNotEmpty();
    }

    /** With the socket in both places it would hear the server, take the daemon for dead, and end what runs. */
    @Test
    void itsInputIsThePipeWhateverNumbersTheTwoHaveInTheDaemon() {
        for (int input = 3; input < 6; input++) {
            for (int socket = 3; socket < 6; socket++) {
                if (input != socket) {
                    Map<Integer, String> open = new HashMap<>(Map.of(input, "pipe", socket, "socket"));
                    for (Spawn.Descriptor descriptor : Guardian.descriptors(input, socket)) {
                        if (descriptor instanceof Spawn.Copy copy) {
                            open.put(copy.target(), open.get(copy.source()));
                        }
                    }
                    assertThat(open).containsEntry(0, "pipe").containsEntry(3, "socket");
                }
            }
        }
    }

    /**
     * A program as an attempt starts it, and its line.
     *
     * @param later than it began, in clock ticks, the ledger says
     */
    private int attempt(int slot, long later) {
        int pid = start(Spawn.Group.PROCESS_GROUP, "LANG=C");
        long start = ProcessInfo.of(pid).orElseThrow().startTime() + later;
        ledger.add("slot=" + slot + " job=1 attempt=1 name=x since=1 token=7 pid=" + pid + " start=" + start);
        return pid;
    }

    private int start(Spawn.Group group, String variable) {
        int pid = new Spawn(
                        Tool.needed("sh"),
                        List.of("sh", "-c", WAITS),
                        List.of("PATH=/usr/bin:/bin", variable),
                        Path.of("/"),
                        group,
                        List.of(Spawn.nullInput(0), Spawn.nullInput(1), Spawn.nullInput(2)))
                .start();
        started.add(pid);
        return pid;
    }

    /** The daemon ends, having said this. */
    private void guard(String said) throws IOException, InterruptedException {
        Path file = Files.write(directory.resolve("1.lock"), ledger);
        Process guardian = new ProcessBuilder(
                        "/bin/sh", "-c", Guardian.SCRIPT, "guardian", file.toString(), Guardian.mark(scratch))
                .start();
        guardian.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        guardian.getOutputStream().close();
        assertThat(guardian.waitFor()).isZero();
    }

    /** What of a group runs. */
    private static List<ProcessInfo> members(int pid) {
        return ProcessInfo.all().stream()
                .filter(one -> one.group() == pid && !one.isZombie())
                .toList();
    }
}
