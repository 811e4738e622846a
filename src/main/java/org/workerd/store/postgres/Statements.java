package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;

/**
 * The prepared statements of one connection, each parsed and planned by the server once. What PostgreSQL refuses is told
 * as a {@link StoreException} from here on. Arrays are parameters, too. Not thread-safe.
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

    boolean holds(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getBoolean(1), parameters).orElse(false);
    }

    @Override
    public void close() {
        for (PreparedStatement statement : prepared.values()) {
            try {
                statement.close();
            } catch (SQLException gone) {
                // With its connection, where nothing of it is left.
            }
        }
        prepared.clear();
    }

    private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statement(sql);
        for (int i = 0; i < parameters.length; i++) {
            Object parameter = parameters[i];
            if (parameter instanceof Object[] elements) {
                statement.setArray(i + 1, connection.createArrayOf(typeOf(elements), elements));
            } else {
                statement.setObject(i + 1, parameter);
            }
        }
        return statement;
    }

    private static String typeOf(Object[] elements) {
        if (elements instanceof Long[]) {
            return "int8";
        }
        if (elements instanceof byte[][]) {
            return "bytea";
        }
        return elements instanceof Integer[] ? "int4" : "text";
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
