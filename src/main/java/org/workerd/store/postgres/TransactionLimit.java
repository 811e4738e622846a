package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Ends a transaction that takes too long: the server each of its statements, and we all of them. Thread-safe. */
final class TransactionLimit {
    private static final long NONE = 0;

    private long millis = NONE;
    /** What the server was told last, and what it will keep if this transaction is committed. */
    private long keptMillis = NONE;

    private long toldMillis = NONE;
    private long begunNanos;
    private @Nullable Connection running;
    private boolean isWatched;

    synchronized void begin(Connection connection) {
        running = connection;
        begunNanos = System.nanoTime();
        toldMillis = keptMillis;
        watch();
    }

    synchronized void end(boolean committed) {
        running = null;
        keptMillis = committed ? toldMillis : keptMillis;
    }

    /** From now on, also for the one that runs. */
    synchronized void change(Duration longest) {
        millis = Math.max(1, longest.toMillis());
        isWatched = false;
        watch();
    }

    /** This long, or as long as a transaction may take if that is less. */
    synchronized Duration shorter(Duration most) {
        return millis == NONE || most.toMillis() < millis ? most : Duration.ofMillis(millis);
    }

    /** Another connection knows nothing of it. */
    synchronized void forget() {
        keptMillis = NONE;
    }

    private static final String TELL = "select set_config('statement_timeout', ?, false)";

    /** Tells the server of a change, inside a transaction. */
    void tell(Statements statements) {
        long wanted;
        synchronized (this) {
            wanted = Math.min(millis, Integer.MAX_VALUE);
            if (wanted == keptMillis) {
                return;
            }
            toldMillis = wanted;
        }
        statements.first(TELL, row -> true, Long.toString(wanted));
    }

    /** One timer at a time, which goes on to the next transaction. */
    private void watch() {
        if (running == null || millis == NONE || isWatched) {
            return;
        }
        isWatched = true;
        CompletableFuture.delayedExecutor(millisLeft(), TimeUnit.MILLISECONDS).execute(this::look);
    }

    private long millisLeft() {
        return Math.max(0, millis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos));
    }

    private synchronized void look() {
        isWatched = false;
        Connection late = running;
        if (late != null && millisLeft() == 0) {
            try {
                late.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException unheard) {
                // Its statement has a limit of its own.
            }
        } else {
            watch();
        }
    }
}
