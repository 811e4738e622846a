package org.workerd.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Function;
import org.workerd.store.JobQueries;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/**
 * Moves and questions through a connection of somebody else's, in the transaction that is open there, or, when none is,
 * by themselves. What is kept of the connection is closed when a call returns; the connection is not. As thread-safe as
 * the connection is.
 */
public final class SqliteGuest {
    private static final String FILE = "select file from pragma_database_list where name = 'main'";
    private static final String BEGIN = "savepoint workerd";
    private static final String UNDO = "rollback to workerd; release workerd";
    private static final String END = "release workerd";

    private SqliteGuest() {}

    /** Throws a {@link StoreException} when the queue cannot be read. */
    public static <T> T read(Connection connection, Function<JobQueries, T> question) {
        try (JobQueries queries = new SqliteQueries(database(connection), connection, false)) {
            return question.apply(queries);
        }
    }

    /**
     * Does all of it, or nothing when this throws; the transaction that was open before is open still.
     *
     * @throws StoreException LOCKED, INVALID or others
     */
    public static <T> T write(Connection connection, Function<Moves, T> work) {
        SqliteDatabase database = database(connection);
        Statements statements = new Statements(connection, failure -> database.translate("cannot write to", failure));
        boolean done = false;
        try {
            run(connection, BEGIN);
            try {
                SqliteMoves moves = new SqliteMoves(statements);
                T result = work.apply(moves);
                moves.writeTallies();
                done = true;
                return result;
            } finally {
                statements.close();
                run(connection, done ? END : UNDO);
            }
        } catch (SQLException failure) {
            throw database.translate("cannot write to", failure);
        }
    }

    private static SqliteDatabase database(Connection connection) {
        try (Statements statements =
                new Statements(connection, failure -> SqliteErrors.translate("cannot use this connection", failure))) {
            String file = statements.first(FILE, row -> row.getString(1)).orElse("");
            return new SqliteDatabase(Path.of(file), Duration.ZERO);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
