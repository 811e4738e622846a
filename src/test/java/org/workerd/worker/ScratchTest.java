package org.workerd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class ScratchTest {
    @TempDir
    Path top;

    private long now;

    private enum Age {
        NEW,
        OLD
    }

    private enum Touch {
        FILE_IN_WORK,
        RESULT,
        MADE_AND_REMOVED,
        MODE,
        GONE,
        REPLACED
    }

    /** Of this age when the attempt begins, and lent to it by one that touched nothing. */
    private Scratch lent(Age age) throws IOException {
        Scratch scratch = new Scratch(top.resolve("0"), () -> now);
        scratch.open().close();
        assertThat(scratch.work()).isEmptyDirectory();
        if (age == Age.OLD) {
            now += Duration.ofSeconds(4).toNanos();
            // The file system's own clock has moved on too.
            await().until(() ->
                    changed(Files.writeString(top.resolve("probe"), "x")).compareTo(changed(scratch.work())) > 0);
        }
        return scratch.open();
    }

    private static FileTime changed(Path file) throws IOException {
        return (FileTime) Files.getAttribute(file, "unix:ctime");
    }

    private static void touch(Scratch scratch, Touch touch) throws IOException {
        switch (touch) {
            case FILE_IN_WORK -> Files.writeString(scratch.work().resolve("file"), "x");
            case RESULT -> Files.writeString(scratch.result(), "x");
            case MADE_AND_REMOVED ->
                Files.delete(Files.writeString(scratch.work().resolve("file"), "x"));
            case MODE -> Files.setPosixFilePermissions(scratch.work(), PosixFilePermissions.fromString("rwxrwxrwx"));
            case GONE -> Files.delete(scratch.work());
            case REPLACED -> {
                Files.move(scratch.work(), scratch.work().resolveSibling("other"));
                Files.createDirectory(scratch.work());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyTouchedIsLentOn(Age age) throws IOException {
        Scratch scratch = lent(age);
        Object made = Files.getAttribute(scratch.work(), "unix:ino");
        assertThat(scratch.isTouched()).isFalse();
        assertThat(scratch.readResult()).isEmpty();
        scratch.close();
        scratch.open();
        assertThat(Files.getAttribute(scratch.work(), "unix:ino")).isEqualTo(made);
        scratch.close();
        scratch.tidy();
        assertThat(scratch.work()).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void whatAnOldOneIsLeftWithIsNoneOfTheNextOnes(Touch touch) throws IOException {
        check(Age.OLD, touch);
    }

    @ParameterizedTest
    @EnumSource(names = "MADE_AND_REMOVED", mode = EnumSource.Mode.EXCLUDE)
    void whatANewOneIsLeftWithIsNoneOfTheNextOnes(Touch touch) throws IOException {
        check(Age.NEW, touch);
    }

    private void check(Age age, Touch touch) throws IOException {
        Scratch scratch = lent(age);
        touch(scratch, touch);
        assertThat(scratch.isTouched()).isTrue();
        scratch.close();
        assertThat(top.resolve("0")).doesNotExist();
        scratch.open();
        assertThat(scratch.isTouched()).isFalse();
        assertThat(scratch.work()).isEmptyDirectory();
        assertThat(Files.getPosixFilePermissions(scratch.work()))
                .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(scratch.result()).doesNotExist();
    }

    @Test
    void whatSomebodyRemovedBetweenTwoAttemptsIsMadeAnew() throws IOException {
        Scratch scratch = lent(Age.OLD);
        scratch.close();
        Files.delete(scratch.work());
        scratch.open();
        assertThat(scratch.work()).isEmptyDirectory();
        assertThat(scratch.isTouched()).isFalse();
    }

    @Test
    void aResultIsRead() throws IOException {
        Scratch scratch = lent(Age.OLD);
        Files.writeString(scratch.result(), "42");
        assertThat(scratch.readResult()).contains("42");
    }
}
