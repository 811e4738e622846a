package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;

/** What the command's black box cannot time. */
final class SqliteBackupTest {
    @TempDir
    Path directory;

    private SqliteDatabase queue() {
        return new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theOneThatIsPublishedFirstStaysAsItIs() throws IOException {
        try (JobStore store = queue().openOrCreate()) {
            Path file = directory.resolve("copy.db");
            try (SqliteBackup first = queue().backup(file);
                    SqliteBackup second = queue().backup(file)) {
                first.write();
                store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
                second.write();
                first.publish();
                assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(second::publish);
            }
            try (JobQueries copy = new SqliteDatabase(file, Duration.ZERO).openForReading()) {
                assertThat(copy.ids(JobQueries.Filter.ALL)).isEmpty();
            }
        }
        assertThat(names()).containsExactly("copy.db", "queue.db");
    }

    @Test
    void whatWasNotPublishedGoesAndAsOftenAsOneLikes() throws IOException {
        queue().openOrCreate().close();
        SqliteBackup backup = queue().backup(directory.resolve("copy.db"));
        backup.close();
        backup.write();
        assertThat(names()).hasSize(2);
        backup.close();
        backup.close();
        assertThat(names()).containsExactly("queue.db");
    }

    @Test
    void aWriterIsNotHeldUpByIt() throws IOException {
        try (JobStore store = queue().openOrCreate();
                SqliteBackup backup = queue().backup(directory.resolve("copy.db"))) {
            store.transaction(moves -> {
                long id = moves.enqueue(NewJob.of("mail")).id();
                // Within the transaction of a writer, of which it sees nothing.
                backup.write();
                return id;
            });
            backup.publish();
            assertThat(store.queries().ids(JobQueries.Filter.ALL)).hasSize(1);
        }
        try (JobQueries copy = new SqliteDatabase(directory.resolve("copy.db"), Duration.ZERO).openForReading()) {
            assertThat(copy.ids(JobQueries.Filter.ALL)).isEmpty();
        }
    }
}
