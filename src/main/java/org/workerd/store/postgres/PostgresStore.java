package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** The queue on PostgreSQL: one connection that writes, and its statements; a few that answer questions. */
final class PostgresStore implements JobStore {
    /** How long the server is asked what became of a COMMIT whose answer was lost. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PostgresDatabase database;
    private final ReadConnections reads;
    private final TransactionLimit limit = new TransactionLimit();
    /** Those that changed anything. */
    private final AtomicLong transactions = new AtomicLong();

    private volatile Writer writer;
    private boolean open = true;

    PostgresStore(PostgresDatabase database, ReadConnections reads, Connection connection) {
        this.database = database;
        this.reads = reads;
        this.writer = new Writer(connection);
    }

    /** What belongs to one connection. */
    private final class Writer {
        private final Connection connection;
        private final Statements statements;
        private final PostgresMoves moves;

        Writer(Connection connection) {
            this.connection = connection;
            this.statements = new Statements(connection, failure -> database.translate("cannot write to", failure));
            this.moves = new PostgresMoves(statements);
        }

        void close() {
            statements.close();
            database.close(connection);
        }
    }

    @Override
    public <T> T transaction(Function<Moves, T> work) {
        Writer mine = writer();
        boolean committed = false;
        limit.begin(mine.connection);
        try {
            database.begin(mine.connection);
            limit.tell(mine.statements);
            T result = work.apply(mine.moves);
            mine.moves.writeTallies();
            String number = mine.moves.number();
            commit(mine.connection, number);
            committed = true;
            if (!number.isEmpty()) {
                transactions.incrementAndGet();
            }
            return result;
        } finally {
            limit.end(committed);
            mine.moves.ended(committed);
            if (!committed) {
                rollBack(mine.connection);
            }
        }
    }

    /** Statements beside the moves, in a transaction of their own. */
    <T> T alone(Function<Statements, T> work) {
        Writer mine = writer();
        boolean committed = false;
        try {
            database.begin(mine.connection);
            T result = work.apply(mine.statements);
            commit(mine.connection, "");
            committed = true;
            return result;
        } finally {
            if (!committed) {
                rollBack(mine.connection);
            }
        }
    }

    /** Whoever waits for an answer is told at once that the connection is lost. From any thread. */
    void abort() {
        try {
            writer.connection.abort(Runnable::run);
        } catch (SQLException gone) {
            // That is what was wanted.
        }
    }

    /** Another one, when the server has ended the last. */
    private Writer writer() {
        if (isClosed(writer.connection)) {
            writer.close();
            writer = new Writer(database.connectCurrent());
            limit.forget();
        }
        return writer;
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException broken) {
            return true;
        }
    }

    /** @param number of the transaction; empty: it changed nothing, or that is of no importance */
    private void commit(Connection connection, String number) {
        try {
            connection.commit();
        } catch (SQLException failure) {
            StoreException told = database.translate("cannot commit to", failure);
            if (number.isEmpty() || !PostgresErrors.isLost(told)) {
                throw told;
            }
            database.close(connection);
            if (!new LostCommit(database, number).wentThrough(limit.shorter(PATIENCE))) {
                throw told;
            }
        }
    }

    /** One that cannot be rolled back any more was by the server, as its connection ended. */
    private void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException lost) {
            database.close(connection);
        }
    }

    @Override
    public void limitTransactions(Duration longest) {
        limit.change(longest);
    }

    @Override
    public JobQueries queries() {
        try {
            return new PostgresQueries(database, reads.open(), transactions::get);
        } catch (SQLException failure) {
            throw database.translate("cannot read", failure);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            writer.close();
            reads.close();
        }
    }
}
