package org.workerd.store.postgres;

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

/** The rows of a queue on a server, of one snapshot. */
final class PostgresCopySource implements CopySource {
    /** Each may have a payload, args and a result of 1 MiB. */
    private static final int ROWS_AT_ONCE = 32;
    /** Each as large as jobs.output_limit was. */
    private static final int OUTPUTS_AT_ONCE = 4;

    private final PostgresDatabase database;
    private final Connection connection;

    /** Its first question fixes the moment. */
    PostgresCopySource(PostgresDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
        } catch (SQLException failure) {
            database.close(connection);
            throw failed(failure);
        }
    }

    /** What runs begins anew there: its attempt is given back. */
    private static final String PLACES =
            """
            (select id, 'blocked' as state, null::bigint as run_at, attempt, forgiven from blocked
              union all
              select id, case when retrying then 'retrying' else 'scheduled' end, run_at, attempt, forgiven from scheduled
              union all
              select id, 'ready', null, attempt, forgiven from ready
              union all
              select id, 'ready', null, greatest(attempt - 1, 0), forgiven from running) as places
            """;

    static String rowsOf(CopyTable table) {
        return table == CopyTable.PLACES ? PLACES : table.word();
    }

    @Override
    public List<String> columns(CopyTable table) {
        try {
            return CopyStatements.columns(connection, rowsOf(table));
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void read(CopyTable table, List<String> columns, Consumer<List<@Nullable Object[]>> to) {
        CopyRows rows = new CopyRows(to);
        try (PreparedStatement all =
                connection.prepareStatement("select " + CopyStatements.names(columns) + " from " + rowsOf(table))) {
            all.setFetchSize(table == CopyTable.OUTPUTS ? OUTPUTS_AT_ONCE : ROWS_AT_ONCE);
            try (ResultSet row = all.executeQuery()) {
                while (row.next()) {
                    @Nullable Object[] values = new @Nullable Object[columns.size()];
                    for (int i = 0; i < values.length; i++) {
                        Object value = row.getObject(i + 1);
                        values[i] = value instanceof Number number ? (Object) number.longValue() : value;
                    }
                    rows.add(values);
                }
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
        rows.handOn();
    }

    /** They rise outside of transactions: no job of the snapshot has a larger id. */
    private static final String MARKS =
            """
            select (select case when is_called then last_value else 0 end from jobs_id_seq),
              (select last_value from tokens)
            """;

    @Override
    public CopyMarks marks() {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MARKS)) {
            row.next();
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
