package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;
import org.workerd.job.NewJob;
import org.workerd.unix.Spawn.Copy;
import org.workerd.unix.Spawn.Group;
import org.workerd.unix.Spawn.Open;

/** What a real child finds itself with. */
class SpawnTest {
    /** Harmless: nobody here has a window. */
    private static final int WINDOW_CHANGE = 28;

    @TempDir
    Path directory;

    private Path output;

    @BeforeEach
    void name() {
        output = directory.resolve("output");
    }

    private static final String LIST_DESCRIPTORS = "opendir(D, '/proc/self/fd'); my $d = fileno(D);"
            + " print join(' ', sort { $a <=> $b } grep { /\\d/ && $_ != $d } readdir(D))";

    @Test
    void theChildHasDescriptorsZeroToTwoAndNoOther() throws IOException {
        // One that is closed at an exec anyway, and one that is not.
        int ours = Posix.open(directory, Posix.READ, 0);
        Posix.duplicate(ours, 200);
        try {
            Child.run(Child.perl(output, LIST_DESCRIPTORS));
        } finally {
            Posix.close(200);
            Posix.close(ours);
        }
        assertThat(output).hasContent("0 1 2");
    }

    @Test
    void aDescriptorBelowTheHighestThatIsNotNamedIsClosed() throws IOException {
        int ours = Posix.open(directory, Posix.READ, 0);
        Posix.duplicate(ours, 200);
        try {
            Child.run(Child.with(
                    Tool.needed("perl"),
                    List.of("perl", "-e", LIST_DESCRIPTORS),
                    Group.PROCESS_GROUP,
                    List.of(
                            Spawn.nullInput(0),
                            new Open(1, output, Posix.APPEND | Posix.CREATE),
                            new Copy(2, 1),
                            new Copy(210, 200))));
        } finally {
            Posix.close(200);
            Posix.close(ours);
        }
        assertThat(output).hasContent("0 1 2 210");
    }

    @Test
    void theChildBlocksAndIgnoresNoSignalThoughWeDo() throws IOException {
        Libc signal = Libc.bind("signal", Libc.INT, Libc.LONG);
        Libc mask = Libc.bind("pthread_sigmask", Libc.INT, Libc.POINTER, Libc.LONG);
        byte[] windowChange = new byte[128];
        windowChange[WINDOW_CHANGE / 8] = (byte) (1 << (WINDOW_CHANGE - 1) % 8);
        signal.invoke(WINDOW_CHANGE, 1L);
        mask.invoke(0, windowChange, 0L);
        try {
            assertThat(Files.readString(Path.of("/proc/thread-self/status")))
                    .containsPattern("SigBlk:\t[0-9a-f]{9}[89a-f].*\nSigIgn:\t[0-9a-f]{9}[89a-f]");
            Child.run(Child.program(
                    Tool.needed("grep"), output, List.of("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status")));
        } finally {
            mask.invoke(1, windowChange, 0L);
            Processes.defaultAction(WINDOW_CHANGE);
        }
        // But for 32 and 33, which glibc keeps for itself and ignores in all that it spawns.
        assertThat(Files.readString(output).replace("0000000180000000", "0000000000000000"))
                .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
        assertThat(Files.readString(Path.of("/proc/thread-self/status")))
                .containsPattern("SigBlk:\t[0-9a-f]{9}[0-7].*\nSigIgn:\t[0-9a-f]{9}[0-7]");
    }

    @Test
    void theChildLeadsItsOwnGroupInOurSession() throws IOException {
        ProcessInfo self = ProcessInfo.self();
        int pid = Child.shell(output, "read x < /proc/$$/stat; echo \"$x\"").start();
        assertThat(Processes.reap(pid)).isEqualTo(new Processes.End.Exit(0));
        List<String> stat = List.of(Files.readString(output).split(" "));
        assertThat(stat.get(0)).isEqualTo(Integer.toString(pid));
        assertThat(stat.subList(3, 6))
                .containsExactly(Integer.toString(self.pid()), Integer.toString(pid), Integer.toString(self.session()));
    }

    @Test
    void theChildLeadsItsOwnSessionWhenAskedTo() throws IOException {
        Spawn spawn = Child.with(
                Tool.needed("sh"),
                List.of("sh", "-c", "read x < /proc/$$/stat; echo \"$x\""),
                Group.SESSION,
                Child.standard(output, Spawn.nullInput(0)));
        int pid = spawn.start();
        assertThat(Processes.reap(pid)).isEqualTo(new Processes.End.Exit(0));
        List<String> stat = List.of(Files.readString(output).split(" "));
        assertThat(stat.subList(4, 6)).containsExactly(Integer.toString(pid), Integer.toString(pid));
    }

    @Test
    void theChildStandsInItsDirectory() throws IOException {
        Path there = Files.createDirectory(directory.resolve("größe 1"));
        Child.run(new Spawn(
                Tool.needed("sh"),
                List.of("sh", "-c", "pwd -P"),
                List.of(),
                there,
                Group.PROCESS_GROUP,
                Child.standard(output, Spawn.nullInput(0))));
        assertThat(output).hasContent(there.toRealPath() + "\n");
    }

    @Test
    void theChildGetsExactlyTheEnvironment() throws IOException {
        List<String> environment = List.of(
                "A=1", "EMPTY=", "SPACE= a  b ", "LINES=a\nb", "GRÖSSE=é日🕒", "EQUALS=a=b", "A=twice", "nothing");
        Child.run(new Spawn(
                Tool.needed("perl"),
                List.of("perl", "-e", "open(E, '/proc/self/environ'); print <E>"),
                environment,
                directory,
                Group.PROCESS_GROUP,
                Child.standard(output, Spawn.nullInput(0))));
        assertThat(Files.readString(output)).isEqualTo(String.join("\0", environment) + "\0");
    }

    @Test
    void theChildGetsExactlyTheArguments() throws IOException {
        String[] arguments = {"", " ", "a b", "a\nb", "'\"$(id)`id`\\", "größe日🕒", "-n", "--", "*", "%s", ""};
        Child.run(Child.shell(output, "printf '%s\\0' \"$@\"", arguments));
        assertThat(Files.readString(output)).isEqualTo(String.join("\0", arguments) + "\0");
    }

    @Test
    void theLongestArgumentsThatAJobMayHaveFit() throws IOException {
        NewJob job = NewJob.of("resize", "x".repeat(NewJob.LONGEST_ARGS - 1));
        Child.run(Child.shell(output, "printf %s \"$1\" | wc -c", job.args().get(0)));
        assertThat(output).hasContent(NewJob.LONGEST_ARGS - 1 + "\n");
    }

    @Test
    void outputIsAppendedAndBothStreamsKeepTheirOrder() throws IOException {
        Files.writeString(output, "before\n");
        Child.run(Child.shell(output, "echo out; echo err >&2; echo out again"));
        assertThat(output).hasContent("before\nout\nerr\nout again\n");
    }

    @Test
    void aNewOutputFileIsNotForOthers() throws IOException {
        Child.run(Child.shell(output, "true"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output)))
                .endsWith("---");
    }

    @Test
    void nobodysStandardInputIsEmpty() throws IOException {
        Child.run(Child.shell(output, "cat; echo end"));
        assertThat(output).hasContent("end\n");
    }

    @Test
    void aProgramThatIsMissingIsSaidAtTheStart() {
        refused(directory.resolve("none"), "no such file or directory", UnixException::isMissing);
    }

    @Test
    void aProgramThatMayNotBeExecutedIsSaidAtTheStart() throws IOException {
        Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\n");
        refused(program, "permission denied", refusal -> !refusal.isMissing() && !refusal.isShortage());
        refused(directory, "permission denied", refusal -> !refusal.isMissing() && !refusal.isShortage());
    }

    @Test
    void aProgramWhoseInterpreterIsMissingIsSaidAtTheStart() throws IOException {
        Path program = executable("#!/nowhere/interpreter\n");
        refused(program, "no such file or directory", UnixException::isMissing);
    }

    @Test
    void aProgramThatIsNeitherBinaryNorScriptIsSaidAtTheStart() throws IOException {
        refused(executable("echo no first line\n"), "exec format error", refusal -> !refusal.isShortage());
    }

    @Test
    void aDirectoryThatIsMissingIsSaidAtTheStart() {
        Spawn spawn = new Spawn(
                Tool.needed("true"),
                List.of("true"),
                List.of(),
                directory.resolve("none"),
                Group.PROCESS_GROUP,
                List.of());
        assertThatThrownBy(spawn::start).isInstanceOf(UnixException.class).hasMessageContaining("no such file");
    }

    private Path executable(String text) throws IOException {
        Path program = Files.writeString(directory.resolve("program"), text);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void refused(Path program, String why, Predicate<UnixException> kind) {
        assertThatThrownBy(() -> Child.program(program, output, List.of("it")).start())
                .isInstanceOfSatisfying(UnixException.class, refusal -> assertThat(kind.test(refusal))
                        .isTrue())
                .hasMessage("cannot start " + program + ": " + why);
    }
}
