package org.workerd.worker;

import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;

/** Asks one attempt to end, and wakes the thread that waits for its program. Thread-safe. */
final class StopRequest implements AutoCloseable {
    private static final int NONE = -1;

    private @Nullable Cause cause;
    private int event = NONE;
    private boolean open = true;

    /** Why an attempt ends before its program does. */
    enum Cause {
        /** The daemon stops now. */
        INTERRUPTED,
        TIMED_OUT
    }

    /** The first cause stands. */
    synchronized void ask(Cause why) {
        if (cause == null && open) {
            cause = why;
            if (event != NONE) {
                Posix.signalEvent(event);
            }
        }
    }

    synchronized @Nullable Cause cause() {
        return cause;
    }

    /** Readable once asked, and from then on. Made only here: a claim shall not fail for want of a descriptor. */
    synchronized int descriptor() {
        if (event == NONE) {
            event = Posix.event();
            if (cause != null) {
                Posix.signalEvent(event);
            }
        }
        return event;
    }

    @Override
    public synchronized void close() {
        if (event != NONE && open) {
            Posix.close(event);
        }
        open = false;
    }
}
