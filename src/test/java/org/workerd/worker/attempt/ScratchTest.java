package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workerd.unix.FileStat;

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
        Scratch scratch = new Scratch(top.resolve("0"), () -> now, FileStat::of);
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

    /** How a file system counts the time of a change, by one of its times in nanoseconds, and for how long it stands still. */
    private enum Grain {
        FINE(1_234_567_890L, Duration.ofSeconds(1)),
        SECONDS(3_000_000_000L, Duration.ofSeconds(3));

        final long changed;
        final Duration still;

        Grain(long changed, Duration still) {
            this.changed = changed;
            this.still = still;
        }
    }

    /** On a file system whose clock stands still: nothing but a look into the directory tells of the result. */
    private boolean isResultSeen(Grain grain, Duration age) throws IOException {
        Map<Path, FileStat> first = new HashMap<>();
        Scratch scratch = new Scratch(top.resolve("0"), () -> now, file -> {
            Optional<FileStat> there = FileStat.of(file);
            there.ifPresent(stat -> first.putIfAbsent(file, at(grain.changed, stat)));
            return there.map(stat -> first.get(file));
        });
        scratch.open();
        now += age.toNanos();
        scratch.open();
        touch(scratch, Touch.RESULT);
        return scratch.readResult().isPresent();
    }

    private static FileStat at(long changed, FileStat stat) {
        return new FileStat(stat.inode(), stat.links(), stat.mode(), stat.user(), stat.group(), stat.size(), changed);
    }

    @ParameterizedTest
    @EnumSource
    void whileTimesMayStandStillTheDirectoriesAreLookedInto(Grain grain) throws IOException {
        assertThat(isResultSeen(grain, grain.still)).isTrue();
    }

    /** Or each job would pay for it; a change after that long is one that the times show. */
    @ParameterizedTest
    @EnumSource
    void andNotForLonger(Grain grain) throws IOException {
        assertThat(isResultSeen(grain, grain.still.plusNanos(1))).isFalse();
    }

    @Test
    void aResultIsRead() throws IOException {
        Scratch scratch = lent(Age.OLD);
        Files.writeString(scratch.result(), "42");
        assertThat(scratch.readResult()).contains("42");
    }
}
