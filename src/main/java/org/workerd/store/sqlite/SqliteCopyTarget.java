package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopyMarks;
import org.workerd.store.copy.CopyStatements;
import org.workerd.store.copy.CopyTable;
import org.workerd.store.copy.CopyTarget;

/** A queue in a file that is filled in one transaction; meanwhile it has no triggers. */
final class SqliteCopyTarget implements CopyTarget {
    private final SqliteDatabase database;
    private final Connection connection;
    private final List<String> triggers = new ArrayList<>();
    private boolean hasLanes;

    /** Throws REFUSED, when it is not empty. */
    SqliteCopyTarget(SqliteDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
        try {
            run("begin immediate");
            refuseFull();
            dropTriggers();
        } catch (SQLException failure) {
            database.close(connection);
            throw failed(failure);
        } catch (StoreException refusal) {
            database.close(connection);
            throw refusal;
        }
    }

    private static final String IS_FULL = "select exists (select 1 from jobs) or exists (select 1 from cron)";

    private void refuseFull() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IS_FULL)) {
            if (row.getBoolean(1)) {
                throw new StoreException(
                        StoreException.Kind.REFUSED,
                        "the queue " + database.file() + " is not empty: it has jobs or schedules of its own");
            }
        }
    }

    private static final String TRIGGERS =
            "select name, sql from sqlite_schema where type = 'trigger' and sql is not null order by rowid";

    private void dropTriggers() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TRIGGERS)) {
            while (rows.next()) {
                names.add(rows.getString(1));
                triggers.add(rows.getString(2));
            }
        }
        for (String name : names) {
            run("drop trigger \"" + name.replace("\"", "\"\"") + '"');
        }
    }

    @Override
    public List<String> columns(CopyTable table) {
        try {
            return SqliteCopySource.columns(connection, table);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void insert(CopyTable table, List<String> columns, List<@Nullable Object[]> rows) {
        try {
            if (table != CopyTable.JOBS && !hasLanes) {
                run("insert into lanes (queue, name) select distinct queue, name from jobs");
                hasLanes = true;
            }
            switch (table) {
                case PLACES -> CopyStatements.places(connection, PLACES, columns, rows);
                case EDGES -> edges(columns, rows);
                default -> CopyStatements.insert(connection, INSERT, table, columns, rows);
            }
        } catch (SQLException failure) {
            throw CopyStatements.refused(table, rows, failed(failure).getMessage(), failure);
        }
    }

    private static final String LANE =
            """
            (select lanes.id from jobs join lanes on lanes.queue = jobs.queue and lanes.name = jobs.name where jobs.id = ?)
            """;

    /** Policies and whatever else an empty queue has are replaced. */
    private static final CopyStatements.Insert INSERT = new CopyStatements.Insert("insert or replace", "values", LANE);

    private static final String READY =
            """
            insert into ready (lane, priority, id, attempt, forgiven)
            select lanes.id, jobs.priority, jobs.id, ?, ?
            from jobs join lanes on lanes.queue = jobs.queue and lanes.name = jobs.name where jobs.id = ?
            """;
    private static final String SCHEDULED =
            """
            insert into scheduled (lane, priority, id, attempt, forgiven, run_at, retrying)
            select lanes.id, jobs.priority, jobs.id, ?, ?, ?, ?
            from jobs join lanes on lanes.queue = jobs.queue and lanes.name = jobs.name where jobs.id = ?
            """;
    private static final String BLOCKED =
            """
            insert into blocked (lane, id, attempt, forgiven, open)
            select lanes.id, jobs.id, ?, ?, 0
            from jobs join lanes on lanes.queue = jobs.queue and lanes.name = jobs.name where jobs.id = ?
            """;

    private static final CopyStatements.Places PLACES = new CopyStatements.Places(READY, SCHEDULED, BLOCKED);

    private static final String EDGE = "insert into edges (parent, child) values (?, ?)";
    private static final String DELETED_PARENT = "insert or ignore into deleted_parents (id, state) values (?, ?)";

    /** One that was done, and deleted since, holds up nobody. */
    private void edges(List<String> columns, List<@Nullable Object[]> rows) throws SQLException {
        int parent = columns.indexOf("parent");
        int ended = columns.indexOf("ended");
        try (PreparedStatement edge = connection.prepareStatement(EDGE);
                PreparedStatement deleted = connection.prepareStatement(DELETED_PARENT)) {
            for (@Nullable Object[] row : rows) {
                if (!"done".equals(row[ended])) {
                    CopyStatements.add(edge, row[parent], row[columns.indexOf("child")]);
                }
                if (row[ended] != null && !"done".equals(row[ended])) {
                    CopyStatements.add(deleted, row[parent], row[ended]);
                }
            }
            edge.executeBatch();
            deleted.executeBatch();
        }
    }

    private static final List<String> FOLLOWS = List.of(
            """
            update blocked set open = (
              select iif(max(state <> 'unfinished'), -1, count(distinct parent)) from waits where waits.child = blocked.id)
            """,
            """
            update lanes set
              blocked = (select count(*) from blocked where lane = lanes.id),
              scheduled = (select count(*) from scheduled where lane = lanes.id and not retrying),
              retrying = (select count(*) from scheduled where lane = lanes.id and retrying),
              ready = (select count(*) from ready where lane = lanes.id)
            """,
            """
            update lanes set done = counted.done, dead = counted.dead, cancelled = counted.cancelled
            from (
              select lane, sum(state = 'done') as done, sum(state = 'dead') as dead, sum(state = 'cancelled') as cancelled
              from finished group by lane) as counted
            where counted.lane = lanes.id
            """,
            """
            insert into thousands (lane, thousand, done, latest)
            select lane, id / 1000, count(*), max(finished_at) from finished where state = 'done' group by lane, id / 1000
            """,
            "delete from sqlite_sequence where name in ('jobs', 'daemons')");

    private static final String SEQUENCES =
            "insert into sqlite_sequence (name, seq) values ('jobs', ?), ('daemons', (? >> 40) + 1)";

    @Override
    public void finish(CopyMarks marks) {
        try {
            for (String sql : FOLLOWS) {
                run(sql);
            }
            try (PreparedStatement sequences = connection.prepareStatement(SEQUENCES)) {
                CopyStatements.bind(sequences, marks.lastJob(), marks.lastToken());
                sequences.executeUpdate();
            }
            for (String trigger : triggers) {
                run(trigger);
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void commit() {
        try {
            run("commit");
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private StoreException failed(SQLException failure) {
        return database.translate("cannot write to", failure);
    }

    /** Without a commit SQLite takes everything back. */
    @Override
    public void close() {
        database.close(connection);
    }
}
