package org.workerd.store.sqlite;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.BusyHandler;

/** Waits for another process's transaction in naps of equal length, so that no waiter falls behind the later ones. */
final class SqliteNap extends BusyHandler {
    /** Waiters that sleep longer and longer, as SQLite's own do, starve beside a busy daemon (measured: to 1.8 s). */
    private static final long NAP_NANOS = 300_000;

    private final long patienceNanos;
    private long since;

    SqliteNap(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    @Override
    protected int callback(int calledBefore) {
        if (calledBefore == 0) {
            since = System.nanoTime();
        }
        if (System.nanoTime() - since >= patienceNanos) {
            return 0;
        }
        LockSupport.parkNanos(NAP_NANOS);
        return 1;
    }
}
