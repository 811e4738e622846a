package org.workerd.client;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.store.JobStore;
import org.workerd.store.sqlite.SqliteDatabase;

class SqliteJobQueueTest extends JobQueueContract {
    @TempDir
    Path directory;

    @Override
    JobQueue openQueue() {
        return JobQueue.open("sqlite:" + directory.resolve("queue.db"));
    }

    @Override
    Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 30000");
        }
        return connection;
    }

    @Override
    JobStore openStore() {
        return new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(30)).openOrCreate();
    }
}
