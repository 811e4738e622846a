package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class SpareFileTest {
    private static final Set<PosixFilePermission> AS_MADE = PosixFilePermissions.fromString("rw-r-----");

    @TempDir
    Path top;

    private Path first;
    private Path second;
    private final SpareFile spare = new SpareFile();

    @BeforeEach
    void makeFirst() throws IOException {
        first = make("first");
        second = top.resolve("second");
    }

    @AfterEach
    void close() {
        spare.tidy();
    }

    private Path make(String name) throws IOException {
        return Files.createFile(top.resolve(name), PosixFilePermissions.asFileAttribute(AS_MADE));
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    @Test
    void whatIsEmptyGetsTheNextOnesName() throws IOException {
        Object made = inode(first);
        assertThat(spare.become(second)).isFalse();
        for (int i = 0; i < 3; i++) {
            Path from = i % 2 == 0 ? first : second;
            Path to = i % 2 == 0 ? second : first;
            assertThat(spare.keep(from)).isTrue();
            assertThat(spare.become(to)).isTrue();
            assertThat(from).doesNotExist();
            assertThat(inode(to)).isEqualTo(made);
        }
    }

    @Test
    void itTakesThePlaceOfWhatAnAttemptOfTheSameNumberLeft() throws IOException {
        Files.writeString(second, "given back");
        spare.keep(first);
        assertThat(spare.become(second)).isTrue();
        assertThat(second).isEmptyFile();
    }

    @Test
    void whoStillReadsTheOneBeforeDoesNotReadTheNext() throws IOException {
        spare.keep(first);
        try (FileInputStream reader = new FileInputStream(first.toFile())) {
            assertThat(spare.become(second)).isFalse();
            assertThat(top).isEmptyDirectory();
            Files.writeString(second, "of the next");
            assertThat(reader.read()).isNegative();
        }
    }

    @Test
    void whoStillWritesToTheOneBeforeDoesNotWriteIntoTheNext() throws IOException {
        spare.keep(first);
        try (FileOutputStream writer = new FileOutputStream(first.toFile(), true)) {
            assertThat(spare.become(second)).isFalse();
            writer.write('x');
            assertThat(top).isEmptyDirectory();
        }
    }

    @Test
    void whatWasWrittenLateStaysWhereItBelongs() throws IOException {
        spare.keep(first);
        Files.writeString(first, "late");
        assertThat(spare.become(second)).isFalse();
        assertThat(first).hasContent("late");
        assertThat(second).doesNotExist();
    }

    @Test
    void whatWasWrittenLateIsNotTidiedAway() throws IOException {
        spare.keep(first);
        Files.writeString(first, "late");
        spare.tidy();
        assertThat(first).hasContent("late");
    }

    private enum Odd {
        PRINTED {
            @Override
            void make(Path file) throws IOException {
                Files.writeString(file, "x");
            }
        },
        OPEN_TO_ALL {
            @Override
            void make(Path file) throws IOException {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
        },
        GONE {
            @Override
            void make(Path file) throws IOException {
                Files.delete(file);
            }
        },
        A_LINK {
            @Override
            void make(Path file) throws IOException {
                Files.delete(file);
                Files.createSymbolicLink(file, Path.of("/dev/null"));
            }
        },
        A_DIRECTORY {
            @Override
            void make(Path file) throws IOException {
                Files.delete(file);
                Files.createDirectory(file);
            }
        };

        abstract void make(Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotAsItWasMadeIsNotKept(Odd odd) throws IOException {
        odd.make(first);
        assertThat(spare.keep(first)).isFalse();
        assertThat(spare.become(second)).isFalse();
        assertThat(second).doesNotExist();
    }

    @Test
    void anotherFileThatTookItsNameIsKeptInItsPlace() throws IOException {
        spare.keep(first);
        spare.become(second);
        Files.delete(second);
        make("second");
        assertThat(spare.keep(second)).isTrue();
        try (FileInputStream reader = new FileInputStream(second.toFile())) {
            assertThat(spare.become(first)).isFalse();
            assertThat(reader.read()).isNegative();
        }
    }

    @Test
    void whatTookItsPlaceIsNeitherTakenNorRemoved() throws IOException {
        spare.keep(first);
        Files.delete(first);
        Object other = inode(make("first"));
        assertThat(spare.become(second)).isFalse();
        assertThat(second).doesNotExist();
        assertThat(inode(first)).isEqualTo(other);
        spare.keep(first);
        Files.delete(first);
        make("first");
        spare.tidy();
        assertThat(first).exists();
    }

    @Test
    void oneThatHasAnotherNameStaysAsItIs() throws IOException {
        Path archive = Files.createLink(top.resolve("archive"), first);
        assertThat(spare.keep(first)).isFalse();
        Files.delete(archive);
        assertThat(spare.keep(first)).isTrue();
        Files.createLink(archive, first);
        assertThat(spare.become(second)).isFalse();
        assertThat(second).doesNotExist();
    }

    @Test
    void largeOutputThatCameLateStaysToo() throws IOException {
        spare.keep(first);
        try (RandomAccessFile late = new RandomAccessFile(first.toFile(), "rw")) {
            late.setLength(1L << 32);
        }
        assertThat(spare.become(second)).isFalse();
        spare.tidy();
        assertThat(first).hasSize(1L << 32);
    }

    @Test
    void oneThatSomebodyRemovedIsNoLongerThere() throws IOException {
        spare.keep(first);
        Files.delete(first);
        assertThat(spare.become(second)).isFalse();
        assertThat(top).isEmptyDirectory();
        spare.tidy();
    }

    @Test
    void nothingIsLeftWhenNothingComesAfter() {
        spare.keep(first);
        spare.tidy();
        spare.tidy();
        assertThat(top).isEmptyDirectory();
        assertThat(spare.become(second)).isFalse();
    }
}
