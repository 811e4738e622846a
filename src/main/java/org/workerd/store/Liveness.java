package org.workerd.store;

import java.io.IOException;
import java.util.Optional;

/**
 * Which daemons of a queue live. Known by locks that somebody frees who outlives them, the kernel or a server: there is no
 * clock, no lease, and no "is this pid alive?".
 */
public interface Liveness {
    /**
     * Takes over from a daemon that is dead, so that nobody else cleans up after it.
     *
     * @return empty while it lives, or another one has taken over from it
     * @throws RuntimeException when nobody can tell
     */
    Optional<Inheritance> inherit(long daemon);

    /** A dead daemon's place, ours alone until it is closed. Thread-safe. */
    interface Inheritance extends AutoCloseable {
        /** Everything is cleaned up: the lock and all trace of it go. */
        void settle() throws IOException;

        /** Lets go; whoever comes next may take over. */
        @Override
        void close();
    }

    /**
     * Says, once and from a thread of its own, when the daemon is dead or its place is free again.
     *
     * @return false: it cannot be watched now, for the machine is short of something
     */
    boolean watch(long daemon, Runnable ended);
}
