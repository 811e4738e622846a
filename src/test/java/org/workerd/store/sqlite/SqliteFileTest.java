package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/** Files that are no queue of ours, or no sound one: refused, and left byte for byte as they were. */
class SqliteFileTest {
    @TempDir
    Path directory;

    @Test
    void thereIsNoQueueWhereThereIsNoFile() throws Exception {
        Path file = directory.resolve("queue.db");
        assertThat(kindOf(() -> database(file).open())).isEqualTo(Kind.MISSING);
        assertThat(kindOf(() -> database(file).openForReading())).isEqualTo(Kind.MISSING);
        Path orphan = directory.resolve("none/queue.db");
        assertThat(kindOf(() -> database(orphan).openOrCreate())).isEqualTo(Kind.MISSING);
        assertThat(contents()).isEmpty();
    }

    @Test
    void aLinkToNowhereIsNoQueueAndNothingIsMadeThere() throws Exception {
        Path file = Files.createSymbolicLink(directory.resolve("queue.db"), directory.resolve("elsewhere.db"));
        assertThat(kindOf(() -> database(file).openOrCreate())).isEqualTo(Kind.MISSING);
        assertThat(directory.resolve("elsewhere.db")).doesNotExist();
    }

    @Test
    void anEmptyFileIsRefused() throws Exception {
        isLeftAlone(Files.createFile(directory.resolve("queue.db")), Kind.REFUSED, "is an empty file, not a queue");
    }

    @Test
    void aDirectoryIsRefused() throws Exception {
        Path file = Files.createDirectory(directory.resolve("queue.db"));
        assertThatThrownBy(() -> database(file).openOrCreate().close())
                .isInstanceOf(StoreException.class)
                .hasMessageEndingWith("is not a regular file");
        assertThat(file).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 99, 100, 4096, 100_000})
    void randomBytesAreRefused(int size) throws Exception {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        isLeftAlone(Files.write(directory.resolve("queue.db"), noise), Kind.REFUSED, "it was left as it was");
    }

    @Test
    void aTextIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("queue.db"), "SQLite format, almost\n".repeat(1_000));
        isLeftAlone(file, Kind.REFUSED, "it is not a database");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void anotherProgramsDatabaseIsRefused(String journal) throws Exception {
        Path file = directory.resolve("queue.db");
        try (Sql other = Sql.open(file)) {
            other.rows("pragma journal_mode = " + journal);
            other.run("create table jobs (id integer primary key, name text)");
        }
        isLeftAlone(file, Kind.REFUSED, "is a database, but not a queue of workerd; it was left as it was");
    }

    @Test
    void anotherProgramsDatabaseIsNotRecoveredEither() throws Exception {
        Path origin = Files.createDirectory(directory.resolve("origin")).resolve("queue.db");
        try (Sql other = Sql.open(origin)) {
            other.rows("pragma journal_mode = wal");
            other.run("create table jobs (id integer primary key, name text)");
            // As a crash of the other program leaves them: copied while it has them open.
            try (Stream<Path> files = Files.list(origin.getParent())) {
                for (Path file : files.toList()) {
                    Files.copy(file, directory.resolve(file.getFileName()));
                }
            }
        }
        assertThat(directory.resolve("queue.db-wal")).isNotEmptyFile();
        isLeftAlone(directory.resolve("queue.db"), Kind.REFUSED, "");
    }

    @Test
    void aQueueOfANewerVersionIsRefused() throws Exception {
        Path file = queueWithJobs();
        try (Sql newer = Sql.open(file)) {
            newer.run("pragma user_version = 99");
        }
        isLeftAlone(
                file,
                Kind.NEWER,
                "was made by a newer workerd: it has schema 99, this version supports schemas up to 2;");
    }

    @Test
    void aQueueWithoutAVersionIsRefused() throws Exception {
        Path file = queueWithJobs();
        try (Sql older = Sql.open(file)) {
            older.run("pragma user_version = 0");
        }
        isLeftAlone(file, Kind.REFUSED, "has schema 0, which no version of workerd creates");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 4096, 4097, 8192, 40_960})
    void aTruncatedQueueIsDamaged(int size) throws Exception {
        Path file = queueWithJobs();
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), size));
        isLeftAlone(file, Kind.DAMAGED, "it is damaged; it was left as it was");
    }

    @Test
    void aQueueCutWithinItsHeaderIsRefused() throws Exception {
        Path file = queueWithJobs();
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 60));
        isLeftAlone(file, Kind.REFUSED, "it was left as it was");
    }

    @Test
    void damageInTheMiddleIsFoundByTheCheck() throws Exception {
        Path file = queueWithJobs();
        database(file).check();
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 5 * 4096, bytes.length, (byte) 0x5a);
        Files.write(file, bytes);
        assertThat(kindOf(() -> {
                    database(file).check();
                    return () -> {};
                }))
                .isEqualTo(Kind.DAMAGED);
    }

    private Path queueWithJobs() {
        Path file = directory.resolve("queue.db");
        try (JobStore store = database(file).openOrCreate()) {
            store.transaction(moves -> {
                for (int i = 0; i < 500; i++) {
                    moves.enqueue(NewJob.of("resize", "x".repeat(500)));
                }
                return null;
            });
        }
        return file;
    }

    private void isLeftAlone(Path file, Kind kind, String sentence) throws Exception {
        Map<String, String> before = contents();
        for (Callable<AutoCloseable> opening : Stream.<Callable<AutoCloseable>>of(
                        () -> database(file).open(), () -> database(file).openOrCreate(), () -> database(file)
                                .openForReading())
                .toList()) {
            assertThatThrownBy(() -> opening.call().close())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining(sentence)
                    .extracting(refusal -> ((StoreException) refusal).kind())
                    .isEqualTo(kind);
            assertThat(contents()).isEqualTo(before);
        }
    }

    /** Every file below the directory, and what it holds. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        directory.relativize(file).toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    private static Kind kindOf(Callable<AutoCloseable> opening) throws Exception {
        try (AutoCloseable opened = opening.call()) {
            throw new AssertionError("opened " + opened);
        } catch (StoreException refusal) {
            return refusal.kind();
        }
    }

    private static SqliteDatabase database(Path file) {
        return new SqliteDatabase(file, Duration.ofSeconds(5));
    }
}
