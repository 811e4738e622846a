package org.workerd.store;

import java.util.Optional;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTarget;

/**
 * What keeps a queue, and how to get at it; nothing is open yet. All that it opens is for one thread, but for what says
 * otherwise; it is thread-safe itself.
 */
public interface Engine {
    /** What people call the queue in messages: its file, or its URL without what is secret. */
    String name();

    /** False: it is certain that there is no queue yet. */
    boolean exists();

    /**
     * Opens the queue for writing, and makes it where there is none.
     *
     * @throws StoreException as {@link #open}
     */
    JobStore openOrCreate();

    /**
     * Opens the queue for writing.
     *
     * @throws StoreException MISSING, REFUSED, NEWER, OUTDATED, DAMAGED or NOT_PERMITTED; the queue is left as it was
     */
    JobStore open();

    /** Opens the queue for reading. Throws as {@link #open} does. */
    JobQueries openForReading();

    /**
     * Opens the queue for a daemon: makes it where there is none, brings its schema up to date, refuses what is damaged or
     * not workerd's. Throws as {@link #open} does.
     */
    DaemonStore serve();

    /** Waits for changes of the queue that these questions are asked of. */
    Changes changes(JobQueries queries);

    /** What jobs print, on whatever machine; empty: what they print is in files here. Throws as {@link #open} does. */
    default Optional<OutputFeeds> feeds() {
        return Optional.empty();
    }

    /** What can be said of its health, without a change to anything. Throws as {@link #open} does. */
    Health health();

    /**
     * The SQL by which somebody with more rights than ours makes it, or only lets others use it. Empty: it needs nobody.
     *
     * @param rolesOnly for a queue that is there
     */
    Optional<String> script(boolean rolesOnly);

    /** All of it, as of now. Throws as {@link #open} does. */
    CopySource copySource();

    /**
     * An empty queue there, to be filled; made where there is none.
     *
     * @throws StoreException as {@link #open}, or REFUSED when it is not empty
     */
    CopyTarget copyTarget();
}
