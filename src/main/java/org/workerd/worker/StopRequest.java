package org.workerd.worker;

import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;

/** Asks one attempt to end, and wakes the thread that waits for its program. Thread-safe. */
final class StopRequest implements AutoCloseable {
    private final int event = Posix.event();
    private boolean asked;
    private boolean open = true;

    /** Why an attempt ends before its program does. */
    enum Cause {
        /** The daemon stops now. */
        INTERRUPTED,
        TIMED_OUT
    }

    private @Nullable Cause cause;

    /** The first cause stands. */
    synchronized void ask(Cause why) {
        if (!asked && open) {
            asked = true;
            cause = why;
            Posix.signalEvent(event);
        }
    }

    synchronized @Nullable Cause cause() {
        return cause;
    }

    /** Readable once asked, and from then on. */
    int descriptor() {
        return event;
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            Posix.close(event);
        }
    }
}
