package org.workerd.store;

import java.time.Duration;
import java.util.function.Function;

/**
 * The queue, opened for writing. One contract for every engine, held by one suite of tests. Not thread-safe: one thread
 * owns it.
 */
public interface JobStore extends AutoCloseable {
    /**
     * Does moves in one transaction, durable when this returns. When it throws, nothing of it happened.
     *
     * @throws StoreException when the database is locked, full, damaged or not ours to write
     */
    <T> T transaction(Function<Moves, T> work);

    /** No transaction computes for longer than this from now on, also the one that is at it; it fails then. From any thread. */
    void limitTransactions(Duration longest);

    /** Reads from the state that was last committed. */
    JobQueries queries();

    @Override
    void close();
}
