package org.workerd.store.sqlite;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/**
 * One transaction after the other, each inside the turnstile. Whoever knows only SQLite's own lock is not in that queue:
 * he sleeps and looks again, and would not be let in for a second by a daemon that is always at it. So a busy daemon
 * leaves the lock alone now and then for as long as he sleeps, and while others write often, for half of all time. For
 * the loop's thread.
 */
final class FairWriter {
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** Who waits for SQLite's lock looks at least so often, for the first 128 ms: then he is in. */
    private static final long LOOK = Duration.ofMillis(25).toNanos();
    /** No longer than this without a look that finds the lock free. */
    private static final long BUSY = Duration.ofMillis(100).toNanos();
    /** Who has written so often within so long will write again; a batch between two words to the daemon is less. */
    private static final int OFTEN = 5;

    private static final long LATELY = Duration.ofSeconds(1).toNanos();

    private static final long NOT_YET = Long.MIN_VALUE;
    private static final long LONGEST_BREAK = Duration.ofMillis(20).toNanos();

    private final SqliteStore store;
    private final SqliteQueries queries;
    private final Turnstile turnstile;
    private long version;
    /** When the others' latest writes were seen, the first of them first. */
    private final Deque<Long> othersSeen = new ArrayDeque<>();

    private long left;
    /** The transaction, which is when the lock is ours; before that we wait. */
    private long began;

    private long held;
    /** For how long the lock was held since it was free for a whole look. */
    private long heldSince;

    private long freeAt;

    FairWriter(SqliteStore store, Turnstile turnstile) {
        this.store = store;
        this.queries = store.queries();
        this.turnstile = turnstile;
        this.version = queries.dataVersion();
        this.left = System.nanoTime();
        this.freeAt = left;
    }

    <T> T write(Function<Moves, T> work) {
        leave(roomForOften(System.nanoTime()));
        if (!turnstile.enter(PATIENCE)) {
            throw new StoreException(StoreException.Kind.LOCKED, "another process holds the lock files of the queue");
        }
        began = NOT_YET;
        try {
            // In the turnstile: else another daemon would take what is left for those who are not in that queue.
            leave(roomForWaiting(System.nanoTime()));
            return store.transaction(moves -> {
                began = System.nanoTime();
                return work.apply(moves);
            });
        } finally {
            turnstile.leave();
            left = System.nanoTime();
            held = began == NOT_YET ? 0 : left - began;
            heldSince += held;
        }
    }

    /** So long a time since the last transaction, most of which may be over. */
    private void leave(long room) {
        long free = room - (System.nanoTime() - left);
        if (free > 0) {
            LockSupport.parkNanos(this, free);
        }
    }

    /**
     * For as long as one who waits may sleep, when the lock was much taken for as long as he may wait; by us, but another
     * daemon may do the same.
     */
    private long roomForWaiting(long now) {
        boolean wasFree = now - left >= LOOK;
        if (!wasFree && now - freeAt < BUSY) {
            return 0;
        }
        boolean taken = !wasFree && heldSince > (now - freeAt) / 3;
        freeAt = now;
        heldSince = 0;
        return taken ? LOOK : 0;
    }

    /** For as long as the lock was held: then it is free for half of all time. */
    private long roomForOften(long now) {
        long latest = queries.dataVersion();
        if (latest != version) {
            version = latest;
            othersSeen.add(now);
            if (othersSeen.size() > OFTEN) {
                othersSeen.remove();
            }
        }
        boolean often = othersSeen.size() == OFTEN && now - othersSeen.element() < LATELY;
        return often ? Math.min(held, LONGEST_BREAK) : 0;
    }
}
