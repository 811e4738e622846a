package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Where the connections come from by which a store answers questions: each is closed by whoever asked. Thread-safe. */
interface ReadConnections extends AutoCloseable {
    Connection open() throws SQLException;

    @Override
    default void close() {
        // Nothing is kept.
    }
}
