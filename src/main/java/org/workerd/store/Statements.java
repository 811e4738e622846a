package org.workerd.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The prepared statements of one connection: each prepared once, for that costs ten times its run. Not thread-safe. */
final class Statements implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Reads one row; it must not keep the row. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** How many rows it changed. */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bound(sql, parameters).executeUpdate();
    }

    /** Adds to a batch of the statement; {@link #runBatch} runs it. */
    void batch(String sql, @Nullable Object... parameters) throws SQLException {
        bound(sql, parameters).addBatch();
    }

    /** How many rows each of the batched statements changed. */
    int[] runBatch(String sql) throws SQLException {
        return statement(sql).executeBatch();
    }

    <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        List<T> found = new ArrayList<>();
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return found;
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        }
    }

    long number(String sql, @Nullable Object... parameters) throws SQLException {
        return first(sql, row -> row.getLong(1), parameters).orElseThrow(() -> new SQLException("no row for: " + sql));
    }

    /** A statement of its own, for a cursor that stays open beside others of the same text. */
    PreparedStatement another(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    static PreparedStatement bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
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

    static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
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
