package org.workerd.blackbox;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.workerd.store.sqlite.SqliteEngine;

/** The queue as any program with an SQLite library sees it. */
final class Jobs implements AutoCloseable {
    private final Connection connection;

    /** Opens the queue, and makes it where there is none. */
    Jobs(Path file) {
        try {
            SqliteEngine database = new SqliteEngine(file, Duration.ofSeconds(30));
            database.openOrCreate().close();
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            execute("pragma busy_timeout = 60000");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    synchronized void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    /** The first column of the first row. */
    synchronized String ask(String sql, Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    int count(String sql) {
        return Integer.parseInt(ask("select count(*) from " + sql));
    }

    long enqueue(String name) {
        return enqueue(name, null);
    }

    long enqueue(String name, String payload) {
        return Long.parseLong(ask("insert into jobs(name, payload) values (?, ?) returning id", name, payload));
    }

    /** Each column beside its value. */
    long insert(Object... columnsAndValues) {
        Map<String, Object> row = new TreeMap<>();
        for (int i = 0; i < columnsAndValues.length; i += 2) {
            row.put((String) columnsAndValues[i], columnsAndValues[i + 1]);
        }
        String sql = "insert into jobs(" + String.join(", ", row.keySet()) + ") values (?"
                + ", ?".repeat(row.size() - 1) + ") returning id";
        return Long.parseLong(ask(sql, row.values().toArray()));
    }

    /** A column of {@code job_status}. */
    String column(long id, String column) {
        return ask("select " + column + " from job_status where id = ?", id);
    }

    String state(long id) {
        return column(id, "state");
    }

    int attempt(long id) {
        return Integer.parseInt(column(id, "attempt"));
    }

    void awaitState(long id, String state) {
        awaitWithin(Duration.ofSeconds(60), id, state);
    }

    void awaitWithin(Duration patience, long id, String state) {
        await("job " + id + " is " + state)
                .atMost(patience)
                .pollInterval(Duration.ofMillis(10))
                .failFast(() -> isOtherEnd(state(id), state))
                .until(() -> state.equals(state(id)));
    }

    void awaitAllDone() {
        await("all jobs done")
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> count("jobs where id not in (select id from finished)") == 0);
    }

    private static boolean isOtherEnd(String state, String wanted) {
        return !state.equals(wanted) && (state.equals("done") || state.equals("dead") || state.equals("cancelled"));
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
