package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;

/** Sleeps until somebody has changed the queue, woken by the kernel. For one thread. */
final class SqliteChanges implements Changes {
    /** A network of safety under the kernel's events, which may get lost. */
    private static final long LONGEST = Duration.ofSeconds(1).toNanos();

    private static final long FIRST_NAP = Duration.ofMillis(1).toNanos();
    private static final long LAST_NAP = Duration.ofMillis(64).toNanos();

    private final JobQueries queries;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final Path queueDirectory;
    private @Nullable WatchService service;
    private long seen = -1;

    SqliteChanges(Path queueFile, JobQueries queries) {
        this.queries = queries;
        this.queueDirectory = queueFile.toAbsolutePath().resolveSibling("");
        try {
            this.service = queueFile.getFileSystem().newWatchService();
        } catch (IOException noMoreToGive) {
            this.service = null;
        }
        watch(queueDirectory);
    }

    /** Wakes for what happens in this directory too. False: it cannot be watched (yet). */
    @Override
    public boolean watch(Path directory) {
        if (service == null || keys.containsKey(directory) || !Files.isDirectory(directory)) {
            return keys.containsKey(directory);
        }
        try {
            keys.put(
                    directory,
                    directory.register(
                            service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY));
            return true;
        } catch (IOException failure) {
            return false;
        }
    }

    /** Returns when the queue was changed since the last call, at the latest after this time or a second. */
    @Override
    public void await(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + Math.min(LONGEST, Math.max(0, most.toNanos()));
        long nap = Long.MAX_VALUE;
        while (queries.dataVersion() == seen) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            WatchKey key = next(Math.min(left, nap));
            if (key != null && !key.equals(keys.get(queueDirectory))) {
                return;
            }
            // What is written to the log of the queue is not yet committed: look again, and soon.
            nap = key != null ? FIRST_NAP : nap < LAST_NAP ? nap * 2 : Long.MAX_VALUE;
        }
        seen = queries.dataVersion();
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            service.close();
        }
    }

    private @Nullable WatchKey next(long nanos) throws InterruptedException {
        if (service == null) {
            LockSupport.parkNanos(nanos);
            return null;
        }
        WatchKey key = service.poll(nanos, TimeUnit.NANOSECONDS);
        if (key != null) {
            key.pollEvents();
            key.reset();
        }
        return key;
    }
}
