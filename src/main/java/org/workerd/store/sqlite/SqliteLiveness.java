package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.Liveness;
import org.workerd.unix.LockFile;
import org.workerd.unix.UnixException;

/**
 * Each daemon holds the flock of its file while it lives; the kernel frees it the moment it dies, in every PID namespace,
 * and a thread of ours that waits for that lock gets it. Thread-safe.
 */
final class SqliteLiveness implements Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteLiveness.class);
    /** Whoever may open it could lock it. */
    private static final int MODE = 0600;

    private final Path queue;

    SqliteLiveness(Path queue) {
        this.queue = queue;
    }

    private record Held(LockFile lock) implements Inheritance {
        @Override
        public void settle() throws IOException {
            lock.closeAndDelete();
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    @Override
    public Optional<Inheritance> inherit(long daemon) {
        return LockFile.tryAcquire(DaemonLocks.file(queue, daemon), MODE).map(Held::new);
    }

    @Override
    public boolean watch(long daemon, Runnable ended) {
        Thread thread = new Thread(() -> awaitDeath(daemon, ended), "peer-" + daemon);
        thread.setDaemon(true);
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError noThread) {
            LOG.warn("no thread to watch daemon {}; retrying at the next poll", daemon);
            return false;
        }
    }

    private void awaitDeath(long daemon, Runnable ended) {
        try {
            LockFile.awaitRelease(DaemonLocks.file(queue, daemon));
        } catch (UnixException failure) {
            LOG.debug("daemon {} removed its ledger: {}", daemon, failure.getMessage());
        } finally {
            ended.run();
        }
    }
}
