package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.workerd.PostgresCluster;
import org.workerd.store.QueueUrl;

/** A queue of one test's own, in a schema of its own, and another program that speaks SQL to it. */
final class TestQueue {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final PostgresCluster cluster = PostgresCluster.shared();
    private final String schema = "test" + MADE.incrementAndGet();

    PostgresDatabase database() {
        return database(Duration.ofSeconds(30));
    }

    PostgresDatabase database(Duration patience) {
        return new PostgresDatabase(url(), Map.of(), patience);
    }

    QueueUrl.Postgres url() {
        return QueueUrl.Postgres.parse(cluster.url(PostgresCluster.USER, PostgresCluster.USER, schema));
    }

    String schema() {
        return schema;
    }

    PostgresCluster cluster() {
        return cluster;
    }

    /** Finds the tables of the queue by their names alone. */
    Connection connect() throws SQLException {
        Connection connection = cluster.connect(PostgresCluster.USER);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path to " + schema);
        }
        return connection;
    }

    void run(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows, their columns joined by a bar, as psql prints them. */
    List<String> rows(String sql) {
        try (Connection connection = connect()) {
            return rows(connection, sql);
        } catch (SQLException failure) {
            throw new AssertionError("cannot look at the queue", failure);
        }
    }

    static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    columns.add(rows.getString(i) == null ? "" : rows.getString(i));
                }
                found.add(String.join("|", columns));
            }
        }
        return found;
    }
}
