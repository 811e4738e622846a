package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.unix.ByteLock;
import org.workerd.unix.Posix;
import org.workerd.worker.loop.Survival;

/** What a program finds at its standard input and output, and what others see of it. */
class StdioTest {
    private static final int DAEMON = 3;

    @TempDir
    Path top;

    private Premises premises;
    private Survival survival;
    private final SpareFile spare = new SpareFile();

    @BeforeEach
    void make() throws IOException {
        Path queue = top.resolve("queue.db");
        premises = Premises.of(DaemonDirectory.beside(queue), DAEMON);
        survival = Survival.of(DaemonDirectory.beside(queue), DAEMON);
        Files.createDirectories(premises.scratch());
    }

    private static Claim claim(long id, String payload) {
        return new Claim(
                id, id, 1, 1, 0, Instant.EPOCH, "resize", "default", 0, List.of(), payload, null, null, false, null);
    }

    private Stdio open(long job, String payload) throws IOException {
        return Stdio.open(premises, 0, claim(job, payload), Output.path(premises.output(), job, 1), spare);
    }

    private static String read(int descriptor) {
        StringBuilder text = new StringBuilder();
        for (byte[] bytes = Posix.read(descriptor, 4096); bytes.length > 0; bytes = Posix.read(descriptor, 4096)) {
            text.append(new String(bytes, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 100_000})
    void thePayloadIsTheStandardInputWhatevertheOneBeforeWas(int lines) throws IOException {
        String payload = "0123456\0\n".repeat(lines);
        open(1, "x".repeat(5000)).close();
        try (Stdio stdio = open(2, payload)) {
            assertThat(read(stdio.input())).isEqualTo(payload);
        }
    }

    @Test
    void whoStillHasTheInputOfTheAttemptBeforeDoesNotSeeTheNextOne() throws IOException {
        try (Stdio before = open(1, "first");
                Stdio next = open(2, "second")) {
            assertThat(read(next.input())).isEqualTo("second");
            assertThat(read(before.input())).isEqualTo("first");
        }
    }

    @Test
    void theOutputIsANewFileWhateverAnAttemptOfThisNumberLeft() throws IOException {
        Path output = Output.path(premises.output(), 7, 1);
        Files.createDirectories(output.getParent());
        Files.createSymbolicLink(output, Files.writeString(top.resolve("other"), "keep"));
        try (Stdio stdio = open(7, null)) {
            Posix.write(stdio.output(), "new");
        }
        assertThat(output).hasContent("new").isRegularFile();
        assertThat(top.resolve("other")).hasContent("keep");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "payload")
    void anAttemptLivesAsLongAsSomebodyHasItsInputOrItsOutput(String payload) throws IOException {
        Stdio stdio = open(7, payload);
        Stdio other = open(8, null);
        Posix.close(stdio.output());
        assertThat(survival.isAlive(7, 1)).isTrue();
        Posix.close(stdio.input());
        assertThat(survival.isAlive(7, 1)).isFalse();
        Posix.close(other.input());
        assertThat(survival.isAlive(8, 1)).isTrue();
        Posix.close(other.output());
        assertThat(survival.isAlive(8, 1)).isFalse();
        assertThat(survival.isAlive(9, 1)).isFalse();
    }

    @Test
    void theFileOfOneThatPrintedNothingTellsOfTheNextOnly() throws IOException {
        open(7, null).close();
        assertThat(spare.keep(Output.path(premises.output(), 7, 1))).isTrue();
        Object made = inode(7);
        Stdio next = open(8, null);
        Posix.close(next.input());
        assertThat(inode(8)).isEqualTo(made);
        assertThat(survival.isAlive(8, 1)).isTrue();
        assertThat(survival.isAlive(7, 1)).isFalse();
        Posix.close(next.output());
        assertThat(survival.isAlive(8, 1)).isFalse();
    }

    @Test
    void whoStillPrintsIntoTheFileOfTheOneBeforeHoldsUpNobodyElse() throws IOException {
        Stdio before = open(7, null);
        assertThat(spare.keep(Output.path(premises.output(), 7, 1))).isTrue();
        open(8, null).close();
        Posix.write(before.output(), "late");
        before.close();
        assertThat(Output.path(premises.output(), 8, 1)).isEmptyFile();
    }

    private Object inode(long job) throws IOException {
        return Files.getAttribute(Output.path(premises.output(), job, 1), "unix:ino");
    }

    @Test
    void whoMayOnlyReadWhatItPrintedCannotMakeItSeemAlive() throws IOException {
        open(7, null).close();
        int reader = Posix.open(Output.path(premises.output(), 7, 1), Posix.READ, 0);
        assertThat(ByteLock.tryLock(reader, 7, ByteLock.Kind.SHARED)).isTrue();
        assertThat(survival.isAlive(7, 1)).isFalse();
        Posix.close(reader);
    }
}
