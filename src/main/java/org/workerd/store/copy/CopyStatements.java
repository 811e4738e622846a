package org.workerd.store.copy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;

/** What both engines do with the rows of a copy, by statements of their own. Stateless. */
public final class CopyStatements {
    /** Each engine numbers its lanes for itself. */
    private static final String LANE = "lane";

    private CopyStatements() {}

    /** Of these rows, a table or a query in parentheses, all that is copied. */
    public static List<String> columns(Connection connection, String rows) throws SQLException {
        try (PreparedStatement none = connection.prepareStatement("select * from " + rows + " limit 0");
                ResultSet empty = none.executeQuery()) {
            ResultSetMetaData names = empty.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= names.getColumnCount(); i++) {
                if (!names.getColumnName(i).equals(LANE)) {
                    columns.add(names.getColumnName(i));
                }
            }
            return columns;
        }
    }

    /** Quoted, with commas between them. */
    public static String names(List<String> columns) {
        return columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
    }

    /**
     * How an engine inserts rows into a table.
     *
     * @param verb {@code insert}
     * @param values what stands between the columns and {@code values}
     * @param lane the query by which the lane of the job with the id {@code ?} is found
     */
    public record Insert(String verb, String values, String lane) {}

    /** Inserts the rows as they are; those that have ended with their lanes besides. */
    public static void insert(
            Connection connection, Insert how, CopyTable table, List<String> columns, List<@Nullable Object[]> rows)
            throws SQLException {
        boolean hasLane = table == CopyTable.FINISHED;
        String places = columns.stream().map(name -> "?").collect(Collectors.joining(", "));
        String sql = how.verb() + " into " + table.word() + " (" + names(columns) + (hasLane ? ", " + LANE : "") + ") "
                + how.values() + " (" + places + (hasLane ? ", " + how.lane() : "") + ")";
        int id = columns.indexOf("id");
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (@Nullable Object[] row : rows) {
                bind(insert, row);
                if (hasLane) {
                    insert.setObject(row.length + 1, row[id]);
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /**
     * Where jobs are that have not ended: an engine's statements for each place. Each takes attempt, forgiven and id; the one for
     * scheduled jobs the time and whether they are retried before the id.
     */
    public record Places(String ready, String scheduled, String blocked) {}

    /** Puts the jobs where they are. */
    public static void places(Connection connection, Places places, List<String> columns, List<@Nullable Object[]> rows)
            throws SQLException {
        int id = columns.indexOf("id");
        int attempt = columns.indexOf("attempt");
        int forgiven = columns.indexOf("forgiven");
        int runAt = columns.indexOf("run_at");
        try (PreparedStatement ready = connection.prepareStatement(places.ready());
                PreparedStatement scheduled = connection.prepareStatement(places.scheduled());
                PreparedStatement blocked = connection.prepareStatement(places.blocked())) {
            for (@Nullable Object[] row : rows) {
                String state = String.valueOf(row[columns.indexOf("state")]);
                switch (state) {
                    case "ready" -> add(ready, row[attempt], row[forgiven], row[id]);
                    case "blocked" -> add(blocked, row[attempt], row[forgiven], row[id]);
                    default ->
                        add(scheduled, row[attempt], row[forgiven], row[runAt], state.equals("retrying"), row[id]);
                }
            }
            ready.executeBatch();
            scheduled.executeBatch();
            blocked.executeBatch();
        }
    }

    public static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    /** Once more, for {@link PreparedStatement#executeBatch}. */
    public static void add(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        bind(statement, values);
        statement.addBatch();
    }

    /**
     * Some of these rows were refused.
     *
     * @param why in words
     */
    public static StoreException refused(
            CopyTable table, List<@Nullable Object[]> rows, @Nullable String why, SQLException failure) {
        return new StoreException(
                StoreException.Kind.INVALID,
                "cannot copy the table " + table.word() + ", rows " + Objects.toString(rows.get(0)[0]) + " to "
                        + Objects.toString(rows.get(rows.size() - 1)[0]) + ": " + why,
                failure);
    }
}
