package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;

class LockFileTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("a lock.pid");
    }

    @Test
    void aSecondAcquireIsRefusedUntilTheFirstIsClosed() {
        LockFile first = acquire();
        assertThat(LockFile.tryAcquire(file, 0644)).isEmpty();
        first.close();
        first.close();
        acquire().close();
    }

    @Test
    void anotherProcessIsRefusedToo() throws Exception {
        try (LockFile held = acquire()) {
            assertThat(held.isStillThere()).isTrue();
            assertThat(Tool.run("flock", "-n", "-E", "9", file.toString(), "true")
                            .exitCode())
                    .isEqualTo(9);
        }
        assertThat(Tool.run("flock", "-n", "-E", "9", file.toString(), "true").exitCode())
                .isZero();
    }

    @Test
    void theLockOfAnotherProcessIsFreeOnceThatIsKilled() throws Exception {
        Process holder = holder();
        assertThat(LockFile.tryAcquire(file, 0644)).isEmpty();
        holder.destroyForcibly();
        // The kernel frees the lock before the end of the process can be waited for.
        assertThat(holder.waitFor()).isEqualTo(128 + 9);
        acquire().close();
    }

    @Test
    void theFileHoldsWhatWasWrittenLast() throws IOException {
        try (LockFile held = acquire()) {
            held.write("1234567\nlong text\n");
            held.write("42\n");
            assertThat(file).hasContent("42\n");
            held.writeAt(3, "größe\n".getBytes(StandardCharsets.UTF_8));
            assertThat(Files.readString(file)).isEqualTo("42\ngröße\n");
        }
        assertThat(Files.readString(file)).isEqualTo("42\ngröße\n");
    }

    @Test
    void aNewFileHasTheModeAndAnOldOneKeepsItsText() throws IOException {
        LockFile.tryAcquire(file, 0600).orElseThrow().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.writeString(file, "garbage");
        acquire().close();
        assertThat(file).hasContent("garbage");
    }

    @Test
    void aRemovedFileIsNoticed() throws IOException {
        try (LockFile held = acquire()) {
            assertThat(held.isStillThere()).isTrue();
            Files.delete(file);
            assertThat(held.isStillThere()).isFalse();
            try (LockFile other = acquire()) {
                assertThat(other.isStillThere()).isTrue();
                assertThat(held.isStillThere()).isFalse();
            }
        }
    }

    @Test
    void aReplacedFileIsNoticedAndNotRemoved() throws IOException {
        LockFile held = acquire();
        Path other = Files.writeString(directory.resolve("other"), "theirs");
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(held.isStillThere()).isFalse();
        held.closeAndDelete();
        assertThat(file).hasContent("theirs");
    }

    @Test
    void closingAndDeletingLeavesNothing() throws IOException {
        LockFile held = acquire();
        held.closeAndDelete();
        held.closeAndDelete();
        assertThat(directory).isEmptyDirectory();
        acquire().close();
    }

    @Test
    void aFileThatIsRemovedWhileWeWaitForItsLockIsNeverTakenForALock() throws Exception {
        for (int round = 0; round < 200; round++) {
            LockFile held = acquire();
            Thread closer = new Thread(() -> {
                try {
                    held.closeAndDelete();
                } catch (IOException failure) {
                    throw new java.io.UncheckedIOException(failure);
                }
            });
            closer.start();
            Optional<LockFile> next = LockFile.tryAcquire(file, 0644);
            closer.join();
            if (next.isPresent()) {
                assertThat(next.get().isStillThere()).isTrue();
                next.get().closeAndDelete();
            }
        }
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "precious");
        Files.createSymbolicLink(file, target);
        assertThatThrownBy(() -> LockFile.tryAcquire(file, 0644))
                .isInstanceOfSatisfying(UnixException.class, refusal -> assertThat(refusal.is(Errno.ELOOP))
                        .isTrue())
                .hasMessage("cannot open " + file + ": too many levels of symbolic links");
        assertThat(target).hasContent("precious");
    }

    @Test
    void aDirectoryThatIsMissingIsSaid() {
        assertThatThrownBy(() -> LockFile.tryAcquire(directory.resolve("none/lock"), 0644))
                .isInstanceOfSatisfying(UnixException.class, refusal -> assertThat(refusal.isMissing())
                        .isTrue())
                .hasMessageEndingWith("none/lock: no such file or directory");
    }

    /** A process that holds the lock when this returns. */
    private Process holder() throws IOException {
        Process holder = new ProcessBuilder(
                        Tool.needed("perl").toString(),
                        "-e",
                        "use Fcntl ':flock'; open(F, '>', $ARGV[0]) && flock(F, LOCK_EX) or die;"
                                + " $| = 1; print \"held\\n\"; sleep 60",
                        file.toString())
                .start();
        try (BufferedReader said = holder.inputReader()) {
            assertThat(said.readLine()).isEqualTo("held");
        }
        return holder;
    }

    private LockFile acquire() {
        return LockFile.tryAcquire(file, 0644).orElseThrow();
    }
}
