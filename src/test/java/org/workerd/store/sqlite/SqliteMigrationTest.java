package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;

/** A queue that an older version made. */
final class SqliteMigrationTest {
    private static final String STEP = "create table news(id integer primary key); insert into news values (1)";

    @TempDir
    Path directory;

    private SqliteDatabase queue;

    @BeforeEach
    void oneJobIsInTheQueue() {
        queue = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10));
        try (JobStore store = queue.openOrCreate()) {
            store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
        }
    }

    /** From the version that is current to the next. */
    private SqliteMigration to(String... steps) {
        List<String> all = new ArrayList<>(Schema.steps());
        all.addAll(List.of(steps));
        return new SqliteMigration(queue, all.size(), all);
    }

    private static int ask(Path file, String sql) throws SQLException {
        try (Connection connection = SqliteConnections.open(file, "");
                ResultSet row = connection.createStatement().executeQuery(sql)) {
            return row.getInt(1);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aCopyOfItIsLeftBesideAndThenItHasTheNewSchemaAndItsJobs() throws Exception {
        Path copy = to(STEP).migrate().orElseThrow();
        assertThat(copy).isEqualTo(directory.resolve("queue.db.schema-" + Schema.VERSION));
        assertThat(ask(copy, "pragma user_version")).isEqualTo(Schema.VERSION);
        assertThat(ask(copy, "select count(*) from jobs")).isEqualTo(1);
        assertThat(ask(copy, "select count(*) from sqlite_schema where name = 'news'"))
                .isZero();
        assertThat(ask(queue.file(), "pragma user_version")).isEqualTo(Schema.VERSION + 1);
        assertThat(ask(queue.file(), "select count(*) from jobs")).isEqualTo(1);
        assertThat(ask(queue.file(), "select id from news")).isEqualTo(1);
    }

    @Test
    void theHeaderOfTheFileShowsTheNewVersionAtOnce() throws Exception {
        try (JobQueries reader = queue.openForReading()) {
            to(STEP).migrate();
            assertThat(reader).isNotNull();
            byte[] header = Files.readAllBytes(queue.file());
            assertThat(header[63]).isEqualTo((byte) (Schema.VERSION + 1));
        }
    }

    @Test
    void oneThatIsUpToDateIsLeftAlone() throws Exception {
        assertThat(to().migrate()).isEmpty();
        assertThat(queue.migrate()).isEmpty();
        assertThat(names()).containsExactly("queue.db");
    }

    @Test
    void aStepThatFailsChangesNothingAndTheNextAttemptKeepsItsOwnCopy() throws Exception {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> to("create table half(id)", "nonsense").migrate());
        assertThat(ask(queue.file(), "pragma user_version")).isEqualTo(Schema.VERSION);
        assertThat(ask(queue.file(), "select count(*) from sqlite_schema where name = 'half'"))
                .isZero();
        Path first = directory.resolve("queue.db.schema-" + Schema.VERSION);
        assertThat(first).exists();
        assertThat(to(STEP).migrate()).contains(first.resolveSibling(first.getFileName() + ".2"));
    }

    @Test
    void anOlderProgramRefusesTheNewSchema() {
        to(STEP).migrate();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(queue::open)
                .matches(refused -> refused.kind() == StoreException.Kind.NEWER)
                .withMessageContaining("schema " + (Schema.VERSION + 1));
    }

    @Test
    void leftOpenItsLogOutlivesTheLastOneWhoCloses() throws Exception {
        JobStore store = queue.open();
        store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
        queue.leaveLog();
        store.close();
        assertThat(names()).containsExactly("queue.db", "queue.db-shm", "queue.db-wal");
        assertThat(Files.size(directory.resolve("queue.db-wal"))).isZero();
        assertThat(ask(queue.file(), "select count(*) from jobs")).isEqualTo(2);
    }
}
