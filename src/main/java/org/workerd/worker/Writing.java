package org.workerd.worker;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/**
 * One transaction after the other, each inside the turnstile. Whoever knows only SQLite's own lock is not in that queue:
 * he sleeps and looks again, and would not be let in for a second by a daemon that is always at it. So as long as others
 * write, the lock stays free for a while between two transactions. For the loop's thread.
 */
final class Writing {
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** Who has written lately will write again. */
    private static final long LATELY = Duration.ofSeconds(1).toNanos();

    private static final long LONGEST_BREAK = Duration.ofMillis(20).toNanos();

    private final JobStore store;
    private final JobQueries queries;
    private final Turnstile turnstile;
    private long version;
    private long othersSeen;
    private long left;
    private long held;

    Writing(JobStore store, Turnstile turnstile) {
        this.store = store;
        this.queries = store.queries();
        this.turnstile = turnstile;
        this.version = queries.dataVersion();
        this.left = System.nanoTime();
        this.othersSeen = left - LATELY;
    }

    <T> T write(Function<Moves, T> work) {
        leaveRoom();
        if (!turnstile.enter(PATIENCE)) {
            throw new StoreException(StoreException.Kind.LOCKED, "another process holds the lock files of the queue");
        }
        long entered = System.nanoTime();
        try {
            return store.transaction(work);
        } finally {
            turnstile.leave();
            left = System.nanoTime();
            held = left - entered;
        }
    }

    /** For as long as the lock was held: then it is free for half of all time. */
    private void leaveRoom() {
        long now = System.nanoTime();
        long latest = queries.dataVersion();
        if (latest != version) {
            version = latest;
            othersSeen = now;
        }
        long free = Math.min(held, LONGEST_BREAK) - (now - left);
        if (free > 0 && now - othersSeen < LATELY) {
            LockSupport.parkNanos(this, free);
        }
    }
}
