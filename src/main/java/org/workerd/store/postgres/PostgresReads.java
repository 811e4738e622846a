package org.workerd.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The connections by which a store answers questions, kept for a while after each. Made when the first is asked. Thread-safe. */
final class PostgresReads implements ReadConnections {
    /** Who asks more at once waits for one. */
    private static final int MOST = 4;

    private static final long MILLIS_TO_WAIT = 10_000;

    private final PostgresConnections connections;
    private @Nullable HikariDataSource pool;

    PostgresReads(PostgresConnections connections) {
        this.connections = connections;
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = pool().getConnection();
        connections.begin(connection);
        return connection;
    }

    private synchronized HikariDataSource pool() {
        if (pool == null) {
            HikariConfig config = new HikariConfig();
            config.setPoolName("workerd");
            config.setDataSource(new Source(connections));
            config.setMaximumPoolSize(MOST);
            config.setMinimumIdle(0);
            config.setConnectionTimeout(MILLIS_TO_WAIT);
            // The first question tells what is wrong, not the making of the pool.
            config.setInitializationFailTimeout(-1);
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
        }
    }

    /** Gives the pool connections of ours, with the password of the moment. */
    private record Source(PostgresConnections connections) implements DataSource {
        @Override
        public Connection getConnection() throws SQLException {
            return connections.openToRead();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            throw new SQLFeatureNotSupportedException("the URL of the queue names the user");
        }

        @Override
        public @Nullable PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {
            // Nothing is logged.
        }

        @Override
        public void setLoginTimeout(int seconds) {
            // The connections have their own.
        }

        @Override
        public int getLoginTimeout() {
            return PostgresConnections.SECONDS_TO_CONNECT;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException("nothing is logged");
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("there is nothing inside");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
