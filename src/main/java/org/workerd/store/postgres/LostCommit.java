package org.workerd.store.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/** A COMMIT whose answer did not arrive: the server knows what became of it, and is asked until it can be reached. */
final class LostCommit {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final PostgresDatabase database;
    private final String transaction;

    /** @param transaction its number, as the server told it before */
    LostCommit(PostgresDatabase database, String transaction) {
        this.database = database;
        this.transaction = transaction;
    }

    /**
     * False: it never was.
     *
     * @throws StoreException UNREACHABLE, when the server could not be asked for that long
     */
    boolean wentThrough(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        Duration pause = FIRST_PAUSE;
        String status = status();
        while (!status.equals("committed") && !status.equals("aborted")) {
            sleepUntil(deadline, pause);
            pause = longer(pause);
            status = status();
        }
        return status.equals("committed");
    }

    private static final String STATUS = "select coalesce(pg_xact_status(?::text::xid8), 'too old')";

    /**
     * What did not arrive there waits for ever in its old session, with all its locks: that one is ended, and nobody
     * else's, for no other has this transaction.
     */
    private static final String END_ITS_SESSION =
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_xid = ?::text::xid8::xid";

    private String status() {
        Connection connection;
        try {
            connection = database.connectToRead();
        } catch (StoreException notYet) {
            return "unknown";
        }
        try (Statements statements = new Statements(connection, failure -> database.translate("cannot ask", failure))) {
            String status = statements
                    .first(STATUS, row -> row.getString(1), transaction)
                    .orElse("unknown");
            if (status.equals("in progress")) {
                statements.number(END_ITS_SESSION, transaction);
            }
            return status;
        } catch (StoreException failure) {
            // One that the server has never heard of was lost with the server that had.
            return failure.kind() == Kind.INVALID ? "aborted" : "unknown";
        } finally {
            database.close(connection);
        }
    }

    private void sleepUntil(long deadline, Duration pause) {
        try {
            if (System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                return;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw new StoreException(
                Kind.UNREACHABLE,
                "cannot commit to the queue " + database.url().text()
                        + ": the connection was lost, and whether it was committed cannot be found out:"
                        + " look before you try it again");
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
}
