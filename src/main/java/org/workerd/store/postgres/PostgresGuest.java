package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Function;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/**
 * Moves through a connection of somebody else's, in the transaction that is open there, or, when none is,
 * by themselves. The queue is the one that the connection's search_path leads to, else the one in the schema workerd. The
 * connection is left as it was. As thread-safe as the connection is.
 */
public final class PostgresGuest {
    private static final String QUEUE =
            """
            select quote_ident(nspname) from pg_namespace
            where to_regclass(quote_ident(nspname) || '.schema_steps') is not null
              and to_regclass(quote_ident(nspname) || '.jobs') is not null
              and (nspname = any (current_schemas(false)) or nspname = 'workerd')
            order by array_position(current_schemas(false), nspname)
            limit 1
            """;

    private static final String PATH = "select current_setting('search_path')";
    private static final String LOOK_IN = "select set_config('search_path', ?, true)";

    private PostgresGuest() {}

    /**
     * Does all of it, or nothing when this throws; the transaction that was open before is open still.
     *
     * @throws StoreException LOCKED, INVALID or others
     */
    public static <T> T write(Connection connection, Function<Moves, T> work) {
        return within(connection, statements -> {
            PostgresMoves moves = new PostgresMoves(statements);
            T result = work.apply(moves);
            moves.writeTallies();
            return result;
        });
    }

    /** What is wrong is the answer to one question: the transaction goes on as if it had not been asked. */
    private static <T> T within(Connection connection, Function<Statements, T> work) {
        try (Statements statements = new Statements(connection, PostgresGuest::failed)) {
            boolean own = connection.getAutoCommit();
            if (own) {
                connection.setAutoCommit(false);
            }
            try {
                return carryOut(connection, statements, work);
            } finally {
                if (own) {
                    connection.setAutoCommit(true);
                }
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private static <T> T carryOut(Connection connection, Statements statements, Function<Statements, T> work)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        boolean done = false;
        try {
            String path = statements.first(PATH, row -> row.getString(1)).orElse("");
            String queue = statements
                    .first(QUEUE, row -> row.getString(1))
                    .orElseThrow(() -> new StoreException(
                            Kind.MISSING,
                            "there is no queue in this connection's database, neither in its search_path nor in the"
                                    + " schema workerd"));
            statements.first(LOOK_IN, row -> true, queue + ", pg_temp");
            T result = work.apply(statements);
            statements.first(LOOK_IN, row -> true, path);
            done = true;
            return result;
        } finally {
            if (done) {
                connection.releaseSavepoint(before);
            } else {
                connection.rollback(before);
            }
        }
    }

    private static StoreException failed(SQLException failure) {
        return PostgresErrors.translate("cannot use the queue through this connection", failure);
    }
}
