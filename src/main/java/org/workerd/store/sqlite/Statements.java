package org.workerd.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;

/**
 * The prepared statements of one connection: each prepared once, for that costs ten times its run. What SQLite refuses
 * is told as a {@link StoreException} from here on. Not thread-safe.
 */
final class Statements implements AutoCloseable {
    private final Connection connection;
    private final Function<SQLException, StoreException> words;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /**
     * None is prepared yet.
     *
     * @param words what a failure is told as
     */
    Statements(Connection connection, Function<SQLException, StoreException> words) {
        this.connection = connection;
        this.words = words;
    }

    /** Reads one row; it must not keep the row. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** How many rows it changed. */
    int update(String sql, @Nullable Object... parameters) {
        try {
            return bound(sql, parameters).executeUpdate();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    /** Adds to a batch of the statement; {@link #runBatch} runs it. */
    void batch(String sql, @Nullable Object... parameters) {
        try {
            bound(sql, parameters).addBatch();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    /** How many rows each of the batched statements changed. */
    int[] runBatch(String sql) {
        try {
            return statement(sql).executeBatch();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        List<T> found = new ArrayList<>();
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    long number(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getLong(1), parameters)
                .orElseThrow(() -> new IllegalStateException("no row for: " + sql));
    }

    /** Rows that are read one by one, beside others of the same text. */
    Cursor cursor(String sql, @Nullable Object... parameters) {
        try {
            PreparedStatement own = connection.prepareStatement(sql);
            try {
                return new Cursor(own, bind(own, parameters).executeQuery());
            } catch (SQLException failure) {
                close(own);
                throw failure;
            }
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    /** A query that stays open until it is closed. */
    final class Cursor implements AutoCloseable {
        private final PreparedStatement statement;
        private final ResultSet rows;

        private Cursor(PreparedStatement statement, ResultSet rows) {
            this.statement = statement;
            this.rows = rows;
        }

        /** False: there are no more. */
        boolean next() {
            return read(ResultSet::next);
        }

        /** Of the row that {@link #next} went to. */
        <T> T read(RowReader<T> reader) {
            try {
                return reader.read(rows);
            } catch (SQLException failure) {
                throw words.apply(failure);
            }
        }

        @Override
        public void close() {
            Statements.close(statement);
        }
    }

    private static PreparedStatement bind(PreparedStatement statement, @Nullable Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** As the driver's own strings are, at a fraction of their cost: bytes are copied once, and most are ASCII. */
    static @Nullable String text(ResultSet row, String column) throws SQLException {
        byte[] utf8 = row.getBytes(column);
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }

    /** Whether this text of the column holds the column's own bytes: what is not UTF-8 was replaced. */
    static boolean isWhole(@Nullable String text, ResultSet row, String column) throws SQLException {
        return text == null
                || text.indexOf('\ufffd') < 0
                || Arrays.equals(row.getBytes(column), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        for (PreparedStatement statement : prepared.values()) {
            close(statement);
        }
        prepared.clear();
    }

    private static void close(PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException toldBefore) {
            // The driver tells again why the statement failed when it ran.
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
        return bind(statement(sql), parameters);
    }

    private PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement known = prepared.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            prepared.put(sql, known);
        }
        return known;
    }
}
