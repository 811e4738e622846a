package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.workerd.store.StoreException;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * The two flocks in front of every transaction: take {@code gate}, take {@code lock}, free {@code gate}. Whoever waits
 * for the lock waits inside the gate, so the one that has just left cannot be first again; one lock alone, or SQLite's,
 * starves writers beside a busy daemon. For one thread.
 */
final class Turnstile implements AutoCloseable {
    private static final Set<PosixFilePermission> GROUP_MAY = PosixFilePermissions.fromString("rw-rw----");
    private static final long SHORTEST_NAP_NANOS = 200_000;
    private static final long LONGEST_NAP_NANOS = 5_000_000;

    private final int gate;
    private final int lock;
    private boolean open = true;

    /** Opens, and where needed makes, the queue file's {@code .gate} and {@code .lock}. */
    Turnstile(Path queueFile) {
        gate = open(queueFile.resolveSibling(queueFile.getFileName() + ".gate"));
        lock = open(queueFile.resolveSibling(queueFile.getFileName() + ".lock"));
    }

    /** False: others held it for that long. Waits in naps, for a wait inside the kernel could not be told to stop. */
    boolean enter(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        if (!take(gate, deadline)) {
            return false;
        }
        boolean entered = take(lock, deadline);
        Posix.unlock(gate);
        return entered;
    }

    void leave() {
        Posix.unlock(lock);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            Posix.close(gate);
            Posix.close(lock);
        }
    }

    private static boolean take(int descriptor, long deadline) {
        long nap = SHORTEST_NAP_NANOS;
        while (!Posix.tryLock(descriptor)) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(nap);
            nap = Math.min(nap + nap / 4, LONGEST_NAP_NANOS);
        }
        return true;
    }

    private static int open(Path path) {
        try {
            boolean fresh = !Files.exists(path);
            int descriptor = Posix.open(path, Posix.READ_WRITE | Posix.CREATE | Posix.NO_FOLLOW, 0660);
            if (fresh) {
                Files.setPosixFilePermissions(path, GROUP_MAY);
            }
            return descriptor;
        } catch (UnixException | IOException failure) {
            throw new StoreException(
                    StoreException.Kind.NOT_PERMITTED,
                    "cannot open the lock file " + path + ": " + failure.getMessage());
        }
    }
}
