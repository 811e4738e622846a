package org.workerd.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A program that knows nothing of us but the table {@code jobs}: SQLite's own wait for others, one plain insert. For a
 * bench. Not thread-safe.
 */
public final class PlainWriter implements AutoCloseable {
    private final Connection connection;
    private final Statements statements;

    private PlainWriter(Connection connection) {
        this.connection = connection;
        this.statements = new Statements(connection, failure -> SqliteErrors.translate("cannot measure", failure));
    }

    /** Opens a queue that exists. */
    public static PlainWriter open(Path queue) {
        try {
            Connection connection = SqliteConnections.open(queue, "?mode=rw");
            try (Statement statement = connection.createStatement()) {
                statement.execute("pragma synchronous = full");
                statement.execute("pragma busy_timeout = 30000");
            }
            return new PlainWriter(connection);
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot open the queue " + queue, failure);
        }
    }

    private static final String INSERT = "insert into jobs (name) values (?) returning id";

    /** Stores a job; its id. */
    public long insert(String name) {
        return statements.number(INSERT, name);
    }

    private static final String INSERT_WHOLE =
            "insert into jobs (name, payload, args, queue, priority) values (?, ?, '[]', 'default', 0)";

    /** Stores so many of the same job, in one transaction. */
    public void insert(int count, String name, String payload) {
        statements.update("begin immediate");
        for (int i = 0; i < count; i++) {
            statements.batch(INSERT_WHOLE, name, payload);
        }
        statements.runBatch(INSERT_WHOLE);
        statements.update("commit");
    }

    private static final String TAKEN =
            "select max(finished_at) - min(started_at) from finished where id between ? and ?";

    /** From the first one's start to the last one's end of the jobs with these ids, in milliseconds. */
    public long millisTaken(long first, long last) {
        return statements.number(TAKEN, first, last);
    }

    @Override
    public void close() {
        statements.close();
        try {
            connection.close();
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot close the queue", failure);
        }
    }
}
