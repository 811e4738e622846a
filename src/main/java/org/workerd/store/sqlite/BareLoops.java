package org.workerd.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The least that SQLite has to do for a queue, in a file of its own: rows with one index, no rules, no triggers, no
 * guards, nobody else. What a bench compares with. As durable as the queue is. Thread-safe: one connection, used by one thread at a time.
 */
public final class BareLoops implements AutoCloseable {
    private static final String TABLES =
            """
            create table work (
              id integer primary key, name text not null, payload text, args text not null, queue text not null,
              priority integer not null, run_at integer, state integer not null default 0, created_at integer not null
            ) strict;
            create index work_ready on work (queue, priority desc, id) where state = 0;
            create table waiting (id integer primary key) strict;
            create table running (id integer primary key, started_at integer not null) strict;
            create table ended (
              id integer primary key, state text not null, started_at integer not null, finished_at integer not null
            ) strict;
            """;

    private final Connection connection;
    private final Statements statements;

    private BareLoops(Connection connection) {
        this.connection = connection;
        this.statements = new Statements(connection, failure -> SqliteErrors.translate("cannot measure", failure));
    }

    /** In this file, which must not exist yet. */
    public static BareLoops create(Path file) {
        try {
            Connection connection = SqliteConnections.open(file, "");
            BareLoops loops = new BareLoops(connection);
            loops.set("pragma journal_mode = wal");
            loops.set("pragma synchronous = full");
            loops.set("pragma cache_size = -16384");
            loops.set(TABLES);
            return loops;
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot make " + file, failure);
        }
    }

    private static final String INSERT =
            """
            insert into work (name, payload, args, queue, priority, created_at)
            values ('noop', ?, '[]', 'default', 0, ?)
            """;

    /** One row in a transaction of its own. */
    public synchronized void insert(String payload) {
        attempt(() -> statements.update(INSERT, payload, 0L));
    }

    /** So many rows, so many of them in a transaction. */
    public synchronized void insert(int count, int each, String payload) {
        inTransactions(count, each, many -> {
            for (int i = 0; i < many; i++) {
                statements.batch(INSERT, payload, (long) i);
            }
            statements.runBatch(INSERT);
        });
    }

    private static final String ENTER_WAITING = "insert into waiting select id from work order by id desc limit ?";

    /** Has so many rows, new ones, wait to be claimed. */
    public synchronized void fill(int count, String payload) {
        insert(count, count, payload);
        attempt(() -> statements.update(ENTER_WAITING, count));
    }

    private static final String HEADS =
            """
            select w.id, w.name, w.payload, w.args
            from waiting cross join work w on w.id = waiting.id
            order by waiting.id
            limit ?
            """;
    private static final String LEAVE_WAITING = "delete from waiting where id = ?";
    private static final String ENTER_RUNNING = "insert into running (id, started_at) values (?, ?)";
    private static final String LEAVE_RUNNING = "delete from running where id = ?";
    private static final String ENTER_ENDED =
            "insert into ended (id, state, started_at, finished_at) values (?, 'done', ?, ?)";

    /** Every row that waits: claimed in one transaction, ended in the next one, which claims others, too. */
    public synchronized void claimAndFinish(int count, int each) {
        List<Long> claimed = new ArrayList<>();
        inTransactions(count + each, each, many -> {
            for (long id : claimed) {
                statements.batch(LEAVE_RUNNING, id);
                statements.batch(ENTER_ENDED, id, 0L, 0L);
            }
            claimed.clear();
            claimed.addAll(statements.list(
                    HEADS,
                    row -> {
                        // Read as a claim reads them.
                        for (String column : List.of("name", "payload", "args")) {
                            Objects.requireNonNull(Statements.text(row, column));
                        }
                        return row.getLong(1);
                    },
                    each));
            for (long id : claimed) {
                statements.batch(LEAVE_WAITING, id);
                statements.batch(ENTER_RUNNING, id, 0L);
            }
            for (String sql : List.of(LEAVE_RUNNING, ENTER_ENDED, LEAVE_WAITING, ENTER_RUNNING)) {
                statements.runBatch(sql);
            }
        });
    }

    @Override
    public synchronized void close() {
        statements.close();
        attempt(connection::close);
    }

    private interface Work {
        void run() throws SQLException;
    }

    private interface Transaction {
        void run(int many) throws SQLException;
    }

    private void inTransactions(int count, int each, Transaction work) {
        attempt(() -> {
            for (int done = 0; done < count; done += each) {
                statements.update("begin immediate");
                work.run(Math.min(each, count - done));
                statements.update("commit");
            }
        });
    }

    private void set(String sql) throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static void attempt(Work work) {
        try {
            work.run();
        } catch (SQLException failure) {
            throw SqliteErrors.translate("a bare loop failed", failure);
        }
    }
}
