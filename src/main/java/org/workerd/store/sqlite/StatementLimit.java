package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.ProgressHandler;

/** Ends a transaction that computes for too long, as one with an endless query in somebody's trigger does. Thread-safe. */
final class StatementLimit extends ProgressHandler {
    /** Of SQLite's machine, between two looks: about a millisecond. */
    private static final int STEPS = 100_000;

    private static final long NOT_RUNNING = Long.MIN_VALUE;

    private volatile long longestNanos;
    private volatile long began = NOT_RUNNING;

    StatementLimit(Duration longest) {
        this.longestNanos = longest.toNanos();
    }

    void guard(Connection connection) throws SQLException {
        ProgressHandler.setHandler(connection, STEPS, this);
    }

    void change(Duration longest) {
        longestNanos = longest.toNanos();
    }

    void begin() {
        began = System.nanoTime();
    }

    void end() {
        began = NOT_RUNNING;
    }

    @Override
    protected int progress() {
        long since = began;
        return since != NOT_RUNNING && System.nanoTime() - since > longestNanos ? 1 : 0;
    }
}
