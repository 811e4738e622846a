package org.workerd.store;

/**
 * The queue while a daemon serves it: its transactions take turns with those of everybody else who writes, so that none
 * of them starves.
 */
public interface DaemonStore extends JobStore {
    /** Which daemons of the queue live. */
    Liveness liveness();

    /**
     * From now on says when somebody may have changed the queue: too often rather than too seldom, perhaps before the
     * change can be seen, also for changes of our own, and from a thread of its own. Where the machine cannot say so, that
     * is logged, and the daemon has only its poll.
     */
    void watch(Runnable mayHaveChanged);

    /** To be called now and then: looks whether the queue is still the one that was opened, and whether it is still watched. */
    void check();
}
