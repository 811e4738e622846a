package org.workerd.store.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.workerd.store.OutputFeed;
import org.workerd.store.StoreException;

/**
 * A row says who follows which job; the daemon that runs it is told, and adds what comes to rows that this takes out. For
 * one thread.
 */
final class PostgresFeed implements OutputFeed {
    private static final long BETWEEN_REMINDERS = 700_000_000;

    private final PostgresDatabase database;
    private final Connection connection;
    private final Statements statements;
    private final long follower;
    private long reminded;

    PostgresFeed(PostgresDatabase database, long job) {
        this.database = database;
        this.connection = database.connectToRead();
        this.statements = new Statements(connection, failure -> database.translate("cannot follow a job of", failure));
        try {
            this.follower = statements.number(FOLLOW, job);
            remind();
            end();
        } catch (StoreException failure) {
            database.close(connection);
            throw failure;
        }
    }

    private static final String FOLLOW = "insert into followers (job) values (?) returning id";

    private static final String REMIND =
            """
            with seen as (update followers set seen_at = clock_timestamp() where id = ? returning id)
            select count(pg_notify(left(current_schema(), 58) || '.jobs', 'follow')) from seen
            """;

    private void remind() {
        statements.number(REMIND, follower);
        reminded = System.nanoTime();
    }

    private static final String TAKE = "delete from follower_news where follower = ? returning number, attempt, body";

    private record Numbered(long number, Piece piece) {}

    @Override
    public List<Piece> news() {
        if (System.nanoTime() - reminded >= BETWEEN_REMINDERS) {
            remind();
        }
        List<Numbered> taken = new ArrayList<>(statements.list(
                TAKE,
                row -> new Numbered(row.getLong(1), new Piece(row.getInt(2), ByteBuffer.wrap(row.getBytes(3)))),
                follower));
        end();
        taken.sort(Comparator.comparingLong(Numbered::number));
        return taken.stream().map(Numbered::piece).toList();
    }

    /** Through a pooler of connections it is a transaction, which others are to see. */
    private void end() {
        try {
            if (!connection.getAutoCommit()) {
                connection.commit();
                database.begin(connection);
            }
        } catch (SQLException failure) {
            throw database.translate("cannot follow a job of", failure);
        }
    }

    private static final String LEAVE =
            """
            with left_behind as (delete from follower_news where follower = ?),
            gone as (select id from followers where id = ? or seen_at < clock_timestamp() - interval '1 hour')
            delete from followers using gone where followers.id = gone.id
            """;

    @Override
    public void close() {
        try {
            statements.update(LEAVE, follower, follower);
            end();
        } catch (StoreException lost) {
            // Somebody who follows later takes it away.
        } finally {
            statements.close();
            database.close(connection);
        }
    }
}
