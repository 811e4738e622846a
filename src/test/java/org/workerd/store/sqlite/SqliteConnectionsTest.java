package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may write to the directory could put a link where a file was just made. */
final class SqliteConnectionsTest {
    @TempDir
    Path directory;

    private Path target;
    private Path link;

    @BeforeEach
    void plant() throws Exception {
        target = directory.resolve("target");
        link = Files.createSymbolicLink(directory.resolve("link"), target);
    }

    @Test
    void aNewFileIsNotMadeThroughALink() {
        assertThatThrownBy(() -> SqliteConnections.openItself(link).close()).isInstanceOf(SQLException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void aDirectoryOnTheWayMayBeALink() throws Exception {
        Path real = Files.createDirectory(directory.resolve("real"));
        Path below = Files.createSymbolicLink(directory.resolve("way"), real).resolve("file");
        try (Connection connection = SqliteConnections.openItself(below);
                Statement statement = connection.createStatement()) {
            statement.execute("create table t (c)");
        }
        assertThat(real.resolve("file")).isNotEmptyFile();
    }

    @Test
    void aCopyIsNotWrittenThroughALink() throws Exception {
        SqliteDatabase queue = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(1));
        queue.openOrCreate().close();
        try (Connection source = queue.connectToItself();
                Statement statement = source.createStatement()) {
            assertThatThrownBy(() -> statement.execute("vacuum into '" + link + "'"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void aQueueThatIsReachedThroughALinkIsCopiedAllTheSame() throws Exception {
        new SqliteDatabase(target, Duration.ofSeconds(1)).openOrCreate().close();
        Path copy = directory.resolve("copy.db");
        try (SqliteBackup backup = new SqliteDatabase(link, Duration.ofSeconds(1)).backup(copy)) {
            backup.write();
            backup.publish();
        }
        new SqliteDatabase(copy, Duration.ofSeconds(1)).open().close();
        assertThat(copy).isNotEmptyFile();
    }
}
