package org.workerd.store;

/** What jobs print on whatever machine, for all who follow any of them here: one connection for all. For one thread. */
public interface OutputFeeds extends AutoCloseable {
    /**
     * Follows this job from now on.
     *
     * @throws StoreException when the queue cannot be asked
     */
    OutputFeed follow(long job);

    /** Closes the connection: feeds that are still open can only be closed. */
    @Override
    void close();
}
