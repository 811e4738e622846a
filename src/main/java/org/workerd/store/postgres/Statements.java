package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.store.SqlStatements;
import org.workerd.store.StoreException;

/** Statements that the server parses and plans once. Arrays are parameters, too. Not thread-safe. */
final class Statements extends SqlStatements {
    /**
     * None is prepared yet.
     *
     * @param words what a failure is told as
     */
    Statements(Connection connection, Function<SQLException, StoreException> words) {
        super(connection, words);
    }

    @Override
    protected void bind(PreparedStatement statement, int index, @Nullable Object parameter) throws SQLException {
        if (parameter instanceof Object[] elements) {
            statement.setArray(index, connection().createArrayOf(typeOf(elements), elements));
        } else {
            super.bind(statement, index, parameter);
        }
    }

    /** How many were run. */
    long count() {
        return asked();
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
}
