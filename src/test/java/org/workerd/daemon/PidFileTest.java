package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.Tool;
import org.workerd.unix.LockFile;

/** Whose lock on a pidfile counts: everybody may read the file, and so lock it. */
class PidFileTest {
    private static final int NOBODY = 65534;
    private static final long PID = ProcessHandle.current().pid();
    private static final String HOLD = "use Fcntl ':flock'; $| = 1; open F, '<', $ARGV[0] or die;";

    @TempDir
    Path directory;

    private final List<ProcessHandle> started = new ArrayList<>();
    private Path pidfile;

    @BeforeEach
    void write() throws IOException {
        pidfile = Files.writeString(directory.resolve("workerd.pid"), "4711\n");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(pidfile, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void end() {
        started.forEach(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
    }

    /** Runs perl, as nobody if that is asked for, until it says who is where it shall be. */
    private long perl(boolean asNobody, String script) throws IOException {
        List<String> line = new ArrayList<>();
        if (asNobody) {
            assumeTrue(Tool.isRoot(), "only root can become another user");
            line.addAll(List.of(Tool.needed("setpriv").toString(), "--reuid=" + NOBODY, "--clear-groups"));
        }
        line.addAll(List.of(Tool.needed("perl").toString(), "-e", HOLD + script, pidfile.toString()));
        Process process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process.toHandle());
        try (BufferedReader out = process.inputReader()) {
            long pid = Long.parseLong(out.readLine());
            ProcessHandle.of(pid).ifPresent(started::add);
            return pid;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flock F, LOCK_EX; print qq($$\\n); sleep 600",
                "flock F, LOCK_SH; print qq($$\\n); sleep 600",
                // Who took the lock is gone: the kernel names a process that is no more, and in time another one.
                "flock F, LOCK_EX; if (fork) { exit } print qq($$\\n); sleep 600"
            })
    void thePidfileThatAStrangerHasLockedIsReplaced(String script) throws Exception {
        perl(true, script);
        Object inode = Files.getAttribute(pidfile, "unix:ino");
        PidFile.Claimed claimed = PidFile.claim(pidfile, PID);
        assertThat(claimed.running()).isEmpty();
        PidFile ours = claimed.ours().orElseThrow();
        assertThat(Files.getAttribute(pidfile, "unix:ino")).isNotEqualTo(inode);
        ours.write();
        assertThat(pidfile).hasContent(PID + "\n");
        assertThat(LockFile.isHeld(pidfile)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pidfile)))
                .isEqualTo("rw-r--r--");
        ours.delete();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whoWaitsForTheLockDoesNotHoldIt() throws Exception {
        long holder = perl(false, "flock F, LOCK_EX; print qq($$\\n); sleep 600");
        long waiter = perl(true, "print qq($$\\n); flock F, LOCK_EX; sleep 600");
        while (Files.readString(Path.of("/proc/locks"))
                .lines()
                .noneMatch(line -> line.contains(" -> ") && line.contains(" " + waiter + " "))) {
            assertThat(ProcessHandle.of(waiter)).isPresent();
        }
        assertThat(PidFileHolder.of(pidfile)).isEqualTo(new PidFileHolder(PidFileHolder.Kind.UNNAMED, 4711, holder));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyWhoTheFileNamesIsTheDaemon(boolean named) throws Exception {
        long daemon = perl(false, "flock F, LOCK_EX; print qq($$\\n); sleep 600");
        Files.writeString(pidfile, (named ? daemon : 1) + "\n");
        PidFileHolder holder = PidFileHolder.of(pidfile);
        assertThat(holder.kind()).isEqualTo(named ? PidFileHolder.Kind.DAEMON : PidFileHolder.Kind.UNNAMED);
        assertThat(holder.pid()).isEqualTo(daemon);
        if (named) {
            assertThat(PidFile.claim(pidfile, PID)).satisfies(claimed -> {
                assertThat(claimed.ours()).isEmpty();
                assertThat(claimed.running()).contains(holder);
            });
        }
    }

    private PidFileHolder.Kind kind() throws IOException {
        return PidFileHolder.of(pidfile).kind();
    }

    @Test
    void aLockThatItsTakerLeftBehindIsItsUsersAsLongAsOneOfThoseHasTheFile() throws Exception {
        perl(false, "flock F, LOCK_EX; if (fork) { exit } print qq($$\\n); sleep 600");
        assertThat(kind()).isEqualTo(PidFileHolder.Kind.UNNAMED);
    }

    /** We have opened it, to see whether it can be locked. */
    @Test
    void thatWeHaveTheFileOpenOurselvesMakesAStrangersLockNoneOfOurs() throws Exception {
        perl(true, "flock F, LOCK_EX; if (fork) { exit } print qq($$\\n); sleep 600");
        try (FileChannel ours = FileChannel.open(pidfile)) {
            assertThat(ours.isOpen()).isTrue();
            assertThat(kind()).isEqualTo(PidFileHolder.Kind.STRANGER);
        }
    }

    @Test
    void aStrangerIsNoDaemonThoughTheFileNamesIt() throws Exception {
        long holder = perl(true, "flock F, LOCK_EX; print qq($$\\n); sleep 600");
        Files.writeString(pidfile, holder + "\n");
        assertThat(kind()).isEqualTo(PidFileHolder.Kind.STRANGER);
    }

    @Test
    void rootIsNoStrangerToTheFileOfAnother() throws Exception {
        perl(false, "flock F, LOCK_EX; print qq($$\\n); sleep 600");
        assumeTrue(Tool.isRoot(), "only root can give a file away");
        Files.setAttribute(pidfile, "unix:uid", NOBODY);
        assertThat(kind()).isEqualTo(PidFileHolder.Kind.UNNAMED);
    }

    /** Its children have the lock for as long as they live; whoever wants the file need not wait for it. */
    @Test
    void aDaemonThatHasEndedAndNobodyWaitedForIsNoneAnyMore() throws Exception {
        perl(
                false,
                "if (fork) { sleep 600 } $daemon = $$; flock F, LOCK_EX; if (fork) { exit }"
                        + " do { open S, qq(/proc/$daemon/stat) or die } until <S> =~ /[)] Z/;"
                        + " open P, '>', $ARGV[0]; print P qq($daemon\\n); close P; print qq($$\\n); sleep 600");
        assertThat(LockFile.isHeld(pidfile)).isTrue();
        assertThat(kind()).isEqualTo(PidFileHolder.Kind.UNNAMED);
    }

    @Test
    void aFileOfAnotherUserIsReplacedByOneOfOurs() throws Exception {
        assumeTrue(Tool.isRoot(), "only root can give a file away");
        Files.setAttribute(pidfile, "unix:uid", NOBODY);
        PidFile ours = PidFile.claim(pidfile, PID).ours().orElseThrow();
        assertThat(Files.getAttribute(pidfile, "unix:uid")).isEqualTo(0);
        assertThat(pidfile).isEmptyFile();
        ours.delete();
    }

    @Test
    void whatAStarterThatWasKilledLeftHoldsUpNobody() throws Exception {
        Path left = Files.writeString(directory.resolve("workerd.pid.claim"), "");
        PidFile.claim(pidfile, PID).ours().orElseThrow().delete();
        assertThat(left).doesNotExist();
    }

    @Test
    void fromTheLockUntilTheDaemonIsReadyTheFileNamesNobody() throws Exception {
        PidFile ours = PidFile.claim(pidfile, PID).ours().orElseThrow();
        assertThat(Files.readString(pidfile)).isEmpty();
        ours.write();
        assertThat(Files.readString(pidfile)).isEqualTo(PID + "\n");
        assertThat(PidFileHolder.pid(pidfile)).isEqualTo(PID);
        ours.delete();
    }

    @Test
    void aRemovedFileIsMadeAgainAndOneThatIsThereIsLeftAlone() throws Exception {
        PidFile ours = PidFile.claim(pidfile, PID).ours().orElseThrow();
        ours.write();
        Object inode = Files.getAttribute(pidfile, "unix:ino");
        ours.heal();
        assertThat(Files.getAttribute(pidfile, "unix:ino")).isEqualTo(inode);
        Files.delete(pidfile);
        ours.heal();
        assertThat(Files.readString(pidfile)).isEqualTo(PID + "\n");
        assertThat(LockFile.isHeld(pidfile)).isTrue();
        ours.delete();
    }

    @Test
    void onlyAStaleFileIsRemoved() throws Exception {
        Path target = Files.writeString(directory.resolve("target"), "4711\n");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        PidFile.removeStale(link);
        assertThat(link).isSymbolicLink();
        assertThat(target).exists();
        PidFile ours = PidFile.claim(pidfile, PID).ours().orElseThrow();
        PidFile.removeStale(pidfile);
        assertThat(pidfile).exists();
        ours.delete();
        PidFile.removeStale(target);
        assertThat(target).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0", "-1", "12 ", "12\n\n", "12345678901", "00000000000000000000000000000000012"})
    void whatIsNoPidNamesNobody(String text) throws Exception {
        Files.writeString(pidfile, text);
        assertThat(PidFileHolder.pid(pidfile)).isZero();
    }

    @Test
    void ofALongFileNothingIsRead() throws Exception {
        Files.writeString(pidfile, "12\n" + "\0".repeat(40));
        assertThat(PidFileHolder.pid(pidfile)).isZero();
        Files.writeString(pidfile, "12");
        assertThat(PidFileHolder.pid(pidfile)).isEqualTo(12);
    }
}
