package org.workerd.store.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.StoreException;
import org.workerd.unix.LockFile;
import org.workerd.unix.UnixException;

/**
 * Watches another daemon of this machine, in a thread of its own: the kernel frees the lock of its file the moment it
 * dies, and a little later, when nothing of its attempts runs any more, the server that of its session.
 */
final class PeerWatch {
    private static final Logger LOG = LoggerFactory.getLogger(PeerWatch.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    /** What its attempts left running takes longer to end: then the session sees it, or whoever watches it again. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final PostgresDatabase database;
    private final long daemon;
    private final Path ledger;
    private final Runnable ended;

    PeerWatch(PostgresDatabase database, long daemon, Path ledger, Runnable ended) {
        this.database = database;
        this.daemon = daemon;
        this.ledger = ledger;
        this.ended = ended;
    }

    void start() {
        Thread thread = new Thread(this::await, "peer-" + daemon);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError noThread) {
            LOG.debug("no thread to watch daemon {}: the session does it", daemon);
        }
    }

    private void await() {
        try {
            LockFile.awaitRelease(ledger);
            awaitServer();
        } catch (UnixException | StoreException failure) {
            LOG.debug("daemon {} cannot be watched: {}", daemon, failure.getMessage());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        ended.run();
    }

    private void awaitServer() throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        Connection connection = database.connectToRead();
        try (Statements statements = new Statements(connection, failure -> database.translate("cannot ask", failure))) {
            while (PostgresLocks.living(statements).contains(daemon) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
            }
        } finally {
            database.close(connection);
        }
    }
}
