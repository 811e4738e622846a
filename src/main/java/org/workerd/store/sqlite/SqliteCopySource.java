package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopyMarks;
import org.workerd.store.copy.CopyRows;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyStatements;
import org.workerd.store.copy.CopyTable;

/** The rows of a queue in a file, of one read transaction. */
final class SqliteCopySource implements CopySource {
    private final SqliteDatabase database;
    private final Connection connection;

    SqliteCopySource(SqliteDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
        try (Statement statement = connection.createStatement()) {
            statement.execute("begin");
            // Fixes the moment.
            statement
                    .executeQuery("select count(*) from (select 1 from jobs limit 1)")
                    .close();
        } catch (SQLException failure) {
            database.close(connection);
            throw failed(failure);
        }
    }

    /** What a dead daemon left running was not run: its attempt is given back. */
    private static final String PLACES =
            """
            (select id, 'blocked' as state, null as run_at, attempt, forgiven from blocked
              union all
              select id, iif(retrying, 'retrying', 'scheduled'), run_at, attempt, forgiven from scheduled
              union all
              select id, 'ready', null, attempt, forgiven from ready
              union all
              select id, 'ready', null, max(attempt - 1, 0), forgiven from running)
            """;

    private static final String EDGES =
            """
            (select e.parent, e.child, d.state as ended from edges e left join deleted_parents d on d.id = e.parent)
            """;

    private static String rowsOf(CopyTable table) {
        return switch (table) {
            case PLACES -> PLACES;
            case EDGES -> EDGES;
            default -> table.word();
        };
    }

    @Override
    public List<String> columns(CopyTable table) {
        try {
            return columns(connection, table);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** What attempts printed is in files beside the queue. */
    static List<String> columns(Connection connection, CopyTable table) throws SQLException {
        return table == CopyTable.OUTPUTS ? List.of() : CopyStatements.columns(connection, rowsOf(table));
    }

    @Override
    public void read(CopyTable table, List<String> columns, Consumer<List<@Nullable Object[]>> to) {
        CopyRows rows = new CopyRows(to);
        try (PreparedStatement all = connection.prepareStatement(
                        "select " + CopyStatements.names(columns) + " from " + rowsOf(table));
                ResultSet row = all.executeQuery()) {
            while (row.next()) {
                @Nullable Object[] values = new @Nullable Object[columns.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = value(table, row, columns.get(i));
                }
                rows.add(values);
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
        rows.handOn();
    }

    /** What another program wrote need not be what the column says. */
    private static @Nullable Object value(CopyTable table, ResultSet row, String column) throws SQLException {
        Object value = row.getObject(column);
        if (value instanceof Number number) {
            return number.longValue();
        }
        String text = Statements.text(row, column);
        if (!Statements.isWhole(text, row, column)) {
            throw new StoreException(
                    StoreException.Kind.INVALID,
                    "cannot copy the table " + table.word() + ": in the row that begins with " + row.getObject(1)
                            + " the column " + column + " is not UTF-8");
        }
        return text;
    }

    private static final String MARKS =
            """
            select coalesce(max(case when name = 'jobs' then seq end), 0),
              (coalesce(max(case when name = 'daemons' then seq end), 0) + 1) << 40
            from sqlite_sequence
            """;

    @Override
    public CopyMarks marks() {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MARKS)) {
            return new CopyMarks(row.getLong(1), row.getLong(2));
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private StoreException failed(SQLException failure) {
        return database.translate("cannot read", failure);
    }

    @Override
    public void close() {
        database.close(connection);
    }
}
