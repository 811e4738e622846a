package org.workerd.store;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.workerd.store.Moves.DaemonRow;

/**
 * The queue while a daemon serves it: its transactions take turns with those of everybody else who writes, so that none
 * of them starves.
 */
public interface DaemonStore extends JobStore {
    /** The time that its jobs go by: the same for all who serve it. */
    InstantSource clock();

    /** Which daemons of the queue live. */
    Liveness liveness();

    /**
     * From now on others know that this daemon lives, until this process is dead or this is closed. To be called before
     * its row can be seen.
     *
     * @param own its row
     * @param ledger what it says that still runs is ended before anybody takes over
     * @param scratch where its attempts run, which is their mark; empty: it starts no programs, nothing outlives its process
     */
    void hold(DaemonRow own, Path ledger, Optional<Path> scratch);

    /**
     * The process that keeps a daemon's place at the server while another version of it is executed.
     *
     * @param pid a child of the daemon's
     * @param pipe a descriptor; when nobody has it open any more, it knows that the daemon is dead
     */
    record Guard(int pid, int pipe) {}

    /**
     * Another version of the daemon is executed in this process right after this, or {@link #keep} is called: until then
     * nobody shall take it for dead.
     *
     * @return who sees to that; empty: locks do, that stay with the process
     * @throws StoreException it cannot be done now
     */
    default Optional<Guard> handOver() {
        return Optional.empty();
    }

    /** No other version was executed. Harmless, when none was about to be. */
    default void keep() {}

    /**
     * In place of {@link #hold}, for the other version.
     *
     * @param scratch as it is there
     */
    default void takeOver(DaemonRow own, Path ledger, Path scratch, Guard guard) {}

    /** What the version before left running is known here, to the {@link #fence}: the guard may go. */
    default void dismissGuard() {}

    /** What to do when the queue's server cannot be reached for this long. Without a server it never comes to that. */
    void fence(Duration after, Fence fence);

    /**
     * The loop has nothing to do.
     *
     * @param longest until when, if nobody changes the queue
     * @return how long it may sleep; less when a change could go unnoticed so far
     */
    Duration idle(Duration longest);

    /** Of the queue, wherever it is moved to; empty: it is where its file is. */
    default Optional<String> identity() {
        return Optional.empty();
    }

    /** Since the last time, somebody has asked on another machine what a job prints. */
    default boolean isFollowed() {
        return false;
    }

    /**
     * From now on says when somebody may have changed the queue: too often rather than too seldom, perhaps before the
     * change can be seen, also for changes of our own, and from a thread of its own. Where the machine cannot say so, that
     * is logged, and the daemon has only its poll.
     */
    void watch(Runnable mayHaveChanged);

    /** To be called now and then: looks whether the queue is still the one that was opened, and whether it is still watched. */
    void check();
}
