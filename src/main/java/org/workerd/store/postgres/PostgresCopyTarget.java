package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopyMarks;
import org.workerd.store.copy.CopyStatements;
import org.workerd.store.copy.CopyTable;
import org.workerd.store.copy.CopyTarget;

/** A queue on a server that is made, if need be, and filled in one transaction; nobody else uses it meanwhile. */
final class PostgresCopyTarget implements CopyTarget {
    private final PostgresDatabase database;
    private final Connection connection;

    /** Throws REFUSED, when it is not empty. */
    PostgresCopyTarget(PostgresDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
        try (Statements statements = new Statements(connection, this::failed)) {
            new PostgresMigration(database, PostgresSchema.VERSION, PostgresSchema.steps()).migrate(connection);
            run(WITHOUT_TRIGGERS);
            refuseFull(statements);
            run("delete from policies");
        } catch (StoreException refusal) {
            database.close(connection);
            throw refusal;
        } catch (SQLException failure) {
            database.close(connection);
            throw notOurs(failure);
        }
    }

    /** The locks that this takes keep others out. */
    private static final String WITHOUT_TRIGGERS =
            """
            alter table jobs disable trigger user;
            alter table cancellations disable trigger user;
            """;

    private static final String WITH_TRIGGERS =
            """
            alter table jobs enable trigger user;
            alter table cancellations enable trigger user;
            """;

    private static final String IS_FULL = "select exists (select from jobs) or exists (select from cron)";

    private void refuseFull(Statements statements) {
        if (statements.holds(IS_FULL)) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    "the queue " + database.url().text() + " is not empty: it has jobs or schedules of its own");
        }
        List<String> daemons = statements.list(
                "select host || ', pid ' || pid, id from daemons", row -> row.getLong(2) + ": " + row.getString(1));
        if (daemons.stream()
                .map(daemon -> Long.valueOf(daemon.substring(0, daemon.indexOf(':'))))
                .anyMatch(PostgresLocks.living(statements)::contains)) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    "a daemon serves the queue " + database.url().text() + ": stop it first");
        }
    }

    private StoreException notOurs(SQLException failure) {
        StoreException told = failed(failure);
        return told.kind() == StoreException.Kind.NOT_PERMITTED
                ? new StoreException(told.kind(), told.getMessage() + "; copy as the user who owns the schema", failure)
                : told;
    }

    @Override
    public List<String> columns(CopyTable table) {
        try {
            return CopyStatements.columns(connection, PostgresCopySource.rowsOf(table));
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void insert(CopyTable table, List<String> columns, List<@Nullable Object[]> rows) {
        try {
            if (table == CopyTable.PLACES) {
                CopyStatements.places(connection, PLACES, columns, rows);
            } else {
                CopyStatements.insert(connection, INSERT, table, columns, rows);
            }
        } catch (SQLException failure) {
            SQLException cause = failure.getNextException() == null ? failure : failure.getNextException();
            throw CopyStatements.refused(table, rows, failed(cause).getMessage(), failure);
        }
    }

    private static final String LANE = "(select lane_of(queue, name) from jobs where jobs.id = ?)";

    private static final CopyStatements.Insert INSERT =
            new CopyStatements.Insert("insert", "overriding system value values", LANE);

    private static final String READY =
            """
            insert into ready (lane, rank, id, attempt, forgiven)
            select lane_of(queue, name), -priority, id, ?, ? from jobs where id = ?
            """;
    private static final String SCHEDULED =
            """
            insert into scheduled (lane, rank, id, attempt, forgiven, run_at, retrying)
            select lane_of(queue, name), -priority, id, ?, ?, ?, ? from jobs where id = ?
            """;
    private static final String BLOCKED =
            """
            insert into blocked (lane, rank, id, attempt, forgiven)
            select lane_of(queue, name), -priority, id, ?, ? from jobs where id = ?
            """;

    private static final CopyStatements.Places PLACES = new CopyStatements.Places(READY, SCHEDULED, BLOCKED);

    /** Of what the trigger would have refused, which is disabled. */
    private static final String REFUSED =
            """
            select 'cannot copy the table jobs, row ' || id || ': ' || why
            from jobs
              cross join job_refusal(name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, tags) as why
            where why is not null
            order by id limit 1
            """;

    private static final String TALLIES =
            """
            insert into tallies (queue, done, dead, cancelled)
            select queue, count(*) filter (where state = 'done'), count(*) filter (where state = 'dead'),
              count(*) filter (where state = 'cancelled')
            from finished join jobs using (id) group by queue
            """;

    private static final String SEQUENCES =
            """
            select setval('jobs_id_seq', greatest(?, 1), ? > 0), setval('tokens', greatest(?, 1), true)
            """;

    @Override
    public void finish(CopyMarks marks) {
        try (Statements statements = new Statements(connection, this::failed)) {
            statements.first(REFUSED, row -> row.getString(1)).ifPresent(why -> {
                throw new StoreException(StoreException.Kind.INVALID, why);
            });
            statements.update(TALLIES);
            statements.first(SEQUENCES, row -> true, marks.lastJob(), marks.lastJob(), marks.lastToken());
            run(WITH_TRIGGERS);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void commit() {
        try {
            connection.commit();
        } catch (SQLException failure) {
            throw database.translate("cannot commit to", failure);
        }
    }

    private StoreException failed(SQLException failure) {
        return database.translate("cannot write to", failure);
    }

    /** Without a commit the server takes everything back. */
    @Override
    public void close() {
        database.close(connection);
    }
}
