package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Function;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;

/** The queue on SQLite: one connection that writes, and its statements. */
final class SqliteStore implements JobStore {
    /** Always IMMEDIATE: a transaction that begins by reading and then writes fails at once when another one writes. */
    private static final String BEGIN = "begin immediate";

    private static final String COMMIT = "commit";
    private static final String ROLLBACK = "rollback";

    private final SqliteDatabase database;
    private final Connection connection;
    private final Statements turn;
    private final Statements statements;
    private final SqliteMoves moves;
    private final StatementLimit limit = new StatementLimit(Duration.ofDays(1));
    private boolean guarded;
    private boolean open = true;

    SqliteStore(SqliteDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
        this.turn = new Statements(connection, failure -> database.translate("cannot begin to write to", failure));
        this.statements = new Statements(connection, failure -> database.translate("cannot write to", failure));
        this.moves = new SqliteMoves(statements);
    }

    @Override
    public <T> T transaction(Function<Moves, T> work) {
        turn.update(BEGIN);
        boolean committed = false;
        try {
            limit.begin();
            T result = work.apply(moves);
            moves.writeTallies();
            statements.update(COMMIT);
            committed = true;
            return result;
        } finally {
            limit.end();
            moves.forgetTallies();
            if (!committed) {
                statements.close();
                rollBack();
            }
        }
    }

    @Override
    public synchronized void limitTransactions(Duration longest) {
        limit.change(longest);
        if (!guarded) {
            guarded = true;
            try {
                limit.guard(connection);
            } catch (SQLException failure) {
                throw database.translate("cannot set the time limit for transactions of", failure);
            }
        }
    }

    @Override
    public SqliteQueries queries() {
        return new SqliteQueries(database, connection, false);
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        turn.close();
        statements.close();
        database.close(connection);
    }

    /** By a fresh statement: after a full disk the driver takes one that was prepared before for not executable. */
    private void rollBack() {
        try (Statement fresh = connection.createStatement()) {
            fresh.executeUpdate(ROLLBACK);
        } catch (SQLException alreadyDone) {
            // A full disk makes SQLite roll back by itself, and then there is no transaction to end.
            if (!String.valueOf(alreadyDone.getMessage()).contains("no transaction is active")) {
                throw database.translate("cannot roll back in", alreadyDone);
            }
        }
    }
}
