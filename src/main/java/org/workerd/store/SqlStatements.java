package org.workerd.store;

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

/**
 * The prepared statements of one connection: each prepared once, for that costs ten times its run. What the engine refuses
 * is told as a {@link StoreException} from here on. What only one engine's driver can do is added by that engine. Not
 * thread-safe.
 */
public abstract class SqlStatements implements AutoCloseable {
    private final Connection connection;
    private final Function<SQLException, StoreException> words;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private long asked;

    /**
     * None is prepared yet.
     *
     * @param words what a failure is told as
     */
    protected SqlStatements(Connection connection, Function<SQLException, StoreException> words) {
        this.connection = connection;
        this.words = words;
    }

    /** Reads one row; it must not keep the row. */
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** How many rows it changed. */
    public final int update(String sql, @Nullable Object... parameters) {
        try {
            return bound(sql, parameters).executeUpdate();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    public final <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... parameters) {
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

    public final <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        } catch (SQLException failure) {
            throw words.apply(failure);
        }
    }

    /** Of the one row that there always is. */
    public final long number(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getLong(1), parameters)
                .orElseThrow(() -> new IllegalStateException("no row for: " + sql));
    }

    /** Whether it is so; no row: it is not. */
    public final boolean holds(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getBoolean(1), parameters).orElse(false);
    }

    @Override
    public final void close() {
        prepared.values().forEach(SqlStatements::close);
        prepared.clear();
    }

    protected static void close(PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException toldBefore) {
            // SQLite's driver tells again why the statement failed; of PostgreSQL it is gone with its connection.
        }
    }

    /** One parameter, which may be of a kind that only this engine knows. */
    protected void bind(PreparedStatement statement, int index, @Nullable Object parameter) throws SQLException {
        statement.setObject(index, parameter);
    }

    protected final PreparedStatement bind(PreparedStatement statement, @Nullable Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            bind(statement, i + 1, parameters[i]);
        }
        return statement;
    }

    /** How many statements were run, which tells whether any was in between. */
    protected final long asked() {
        return asked;
    }

    protected final PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
        asked++;
        return bind(statement(sql), parameters);
    }

    protected final PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement known = prepared.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            prepared.put(sql, known);
        }
        return known;
    }

    /** What went wrong, in words for people. */
    protected final StoreException told(SQLException failure) {
        return words.apply(failure);
    }

    protected final Connection connection() {
        return connection;
    }
}
