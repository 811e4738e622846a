package org.workerd.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.store.SqlStatements;
import org.workerd.store.StoreException;

/** Statements that may be run in batches, and whose rows may be read one by one. Not thread-safe. */
final class Statements extends SqlStatements {
    /**
     * None is prepared yet.
     *
     * @param words what a failure is told as
     */
    Statements(Connection connection, Function<SQLException, StoreException> words) {
        super(connection, words);
    }

    /** Adds to a batch of the statement; {@link #runBatch} runs it. */
    void batch(String sql, @Nullable Object... parameters) {
        try {
            bound(sql, parameters).addBatch();
        } catch (SQLException failure) {
            throw told(failure);
        }
    }

    /** How many rows each of the batched statements changed. */
    int[] runBatch(String sql) {
        try {
            return statement(sql).executeBatch();
        } catch (SQLException failure) {
            throw told(failure);
        }
    }

    /** Rows that are read one by one, beside others of the same text. */
    Cursor cursor(String sql, @Nullable Object... parameters) {
        try {
            PreparedStatement own = connection().prepareStatement(sql);
            try {
                return new Cursor(own, bind(own, parameters).executeQuery());
            } catch (SQLException failure) {
                close(own);
                throw failure;
            }
        } catch (SQLException failure) {
            throw told(failure);
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
                throw told(failure);
            }
        }

        @Override
        public void close() {
            Statements.close(statement);
        }
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
}
