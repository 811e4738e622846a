package org.workerd.worker;

import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;

/** Asks one attempt to end, and wakes the thread that waits for its program. Thread-safe. */
final class StopRequest implements AutoCloseable {
    private static final int NONE = -1;

    private int event = NONE;
    private @Nullable Cause cause;

    /** Why an attempt ends before its program does. */
    enum Cause {
        /** The daemon stops now. */
        INTERRUPTED,
        TIMED_OUT
    }

    /** Not in the constructor: there may be no descriptor to be had, and the loop has no use for that news. */
    synchronized void open() {
        event = Posix.event();
        if (cause != null) {
            Posix.signalEvent(event);
        }
    }

    /** The first cause stands. */
    synchronized void ask(Cause why) {
        if (cause == null) {
            cause = why;
            if (event != NONE) {
                Posix.signalEvent(event);
            }
        }
    }

    synchronized @Nullable Cause cause() {
        return cause;
    }

    /** Readable once asked, and from then on. */
    synchronized int descriptor() {
        return event;
    }

    @Override
    public synchronized void close() {
        if (event != NONE) {
            Posix.close(event);
            event = NONE;
        }
    }
}
