package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class PosixTest {
    @TempDir
    Path directory;

    @Test
    void awaitTellsWhichDescriptorCanBeRead() {
        int first = Posix.event();
        int second = Posix.event();
        assertThat(Posix.await(0, first, second)).containsExactly(false, false);
        Posix.signalEvent(second);
        Posix.signalEvent(second);
        assertThat(Posix.await(-1, first, second)).containsExactly(false, true);
        Posix.signalEvent(first);
        assertThat(Posix.await(5_000, first, second)).containsExactly(true, true);
        Posix.clearEvent(second);
        assertThat(Posix.await(0, first, second)).containsExactly(true, false);
        Posix.close(first);
        Posix.close(second);
    }

    @Test
    void awaitEndsWhenTheTimeIsUp() {
        int event = Posix.event();
        long begun = System.nanoTime();
        assertThat(Posix.await(120, event)).containsExactly(false);
        assertThat(Duration.ofNanos(System.nanoTime() - begun).toMillis()).isBetween(119L, 5_000L);
        Posix.close(event);
    }

    @Test
    void awaitIsWokenByAnotherThread() throws InterruptedException {
        int event = Posix.event();
        Thread waker = new Thread(() -> Posix.signalEvent(event));
        waker.start();
        assertThat(Posix.await(-1, event)).containsExactly(true);
        waker.join();
        Posix.close(event);
    }

    @Test
    void aPipeGivesWhatWasWrittenAndThenTheEnd() {
        int[] ends = Posix.pipe();
        assertThat(Posix.await(0, ends[0])).containsExactly(false);
        Posix.write(ends[1], "größe");
        assertThat(new String(Posix.read(ends[0], 100), StandardCharsets.UTF_8)).isEqualTo("größe");
        Posix.close(ends[1]);
        assertThat(Posix.await(-1, ends[0])).containsExactly(true);
        assertThat(Posix.read(ends[0], 100)).isEmpty();
        Posix.close(ends[0]);
    }

    @Test
    void aPunchedHoleReadsAsZerosAndTakesNoSpace() throws IOException {
        Path file = directory.resolve("output");
        Files.write(file, "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
        int descriptor = Posix.open(file, Posix.READ_WRITE, 0);
        long before = blocks(file);
        assertThat(Posix.punchHole(descriptor, 4096, (1 << 20) - 8192)).isTrue();
        Posix.close(descriptor);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).hasSize(1 << 20);
        assertThat(bytes[4095]).isEqualTo((byte) 'x');
        assertThat(bytes[4096]).isZero();
        assertThat(bytes[(1 << 20) - 4097]).isZero();
        assertThat(bytes[(1 << 20) - 4096]).isEqualTo((byte) 'x');
        assertThat(blocks(file)).isLessThan(before / 4);
    }

    @Test
    void whereThereIsNoFileNoHoleIsPunched() {
        int[] ends = Posix.pipe();
        assertThat(Posix.punchHole(ends[1], 0, 10)).isFalse();
        Posix.close(ends[0]);
        Posix.close(ends[1]);
    }

    @Test
    void aDescriptorStillNamesItsFileUntilThatIsReplaced() throws IOException {
        Path file = Files.createFile(directory.resolve("a"));
        int descriptor = Posix.open(file, Posix.READ, 0);
        assertThat(Posix.isStill(descriptor, file)).isTrue();
        Files.delete(file);
        Files.createFile(file);
        assertThat(Posix.isStill(descriptor, file)).isFalse();
        Files.delete(file);
        assertThat(Posix.isStill(descriptor, file)).isFalse();
        Posix.close(descriptor);
    }

    @Test
    void everyDescriptorIsClosedAtAnExecButForADuplicate() throws IOException {
        int[] pipe = Posix.pipe();
        int[] ours = {Posix.open(directory, Posix.READ, 0), pipe[0], pipe[1], Posix.event()};
        for (int descriptor : ours) {
            assertThat(isClosedAtAnExec(descriptor)).isTrue();
        }
        Posix.duplicate(ours[0], 200);
        assertThat(isClosedAtAnExec(200)).isFalse();
        Posix.closeOnExec(200);
        assertThat(isClosedAtAnExec(200)).isTrue();
        Posix.close(200);
        for (int descriptor : ours) {
            Posix.close(descriptor);
        }
    }

    /** O_CLOEXEC, in octal. */
    private static boolean isClosedAtAnExec(int descriptor) throws IOException {
        String flags =
                Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).get(1);
        assertThat(flags).startsWith("flags:");
        return (Integer.parseInt(flags.substring("flags:".length()).strip(), 8) & 02000000) != 0;
    }

    @Test
    void theReasonOfAFailureIsSaid() {
        assertThatThrownBy(() -> Posix.open(directory.resolve("none"), Posix.READ, 0))
                .isInstanceOfSatisfying(UnixException.class, failure -> assertThat(failure.is(Errno.ENOENT))
                        .isTrue())
                .hasMessage("cannot open " + directory.resolve("none") + ": no such file or directory");
    }

    @Test
    void theUserIsOurs() throws IOException {
        assertThat(Posix.userId()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    private static long blocks(Path file) throws IOException {
        try {
            org.workerd.Tool.Answer answer = org.workerd.Tool.run("stat", "-c", "%b", file.toString());
            return Long.parseLong(answer.output());
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void whoElseHasAFileOpenIsSeenAndDisturbsNobodyWhileWeLook() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        int kept = Posix.open(file, Posix.READ, 0);
        assertThat(Posix.isOpenHereOnly(kept)).isTrue();
        int other = Posix.open(file, Posix.APPEND, 0);
        assertThat(Posix.isOpenHereOnly(kept)).isFalse();
        Posix.close(other);
        // An open in the very moment in which we look raises a signal, which would end this JVM.
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> opened = CompletableFuture.supplyAsync(() -> {
            int times = 0;
            for (; !over.get(); times++) {
                Posix.close(Posix.open(file, Posix.READ, 0));
            }
            return times;
        });
        int seen = 0;
        for (int i = 0; i < 100_000 || seen == 0; i++) {
            seen += Posix.isOpenHereOnly(kept) ? 0 : 1;
        }
        over.set(true);
        assertThat(opened.get()).isPositive();
        Posix.close(kept);
    }
}
