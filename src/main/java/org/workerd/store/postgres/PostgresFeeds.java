package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.workerd.store.OutputFeed;
import org.workerd.store.OutputFeeds;
import org.workerd.store.StoreException;

/** Feeds of any number of jobs, by one connection. For one thread. */
final class PostgresFeeds implements OutputFeeds {
    private final PostgresDatabase database;
    private final Connection connection;
    private final Statements statements;

    PostgresFeeds(PostgresDatabase database) {
        this.database = database;
        this.connection = database.connectToRead();
        this.statements = new Statements(connection, this::translate);
    }

    @Override
    public OutputFeed follow(long job) {
        return new PostgresFeed(this, job);
    }

    Statements statements() {
        return statements;
    }

    /** Through a pooler of connections it is a transaction, which others are to see. */
    void end() {
        try {
            if (!connection.getAutoCommit()) {
                connection.commit();
                database.begin(connection);
            }
        } catch (SQLException failure) {
            throw translate(failure);
        }
    }

    private StoreException translate(SQLException failure) {
        return database.translate("cannot follow a job of", failure);
    }

    @Override
    public void close() {
        statements.close();
        database.close(connection);
    }
}
