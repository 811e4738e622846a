package org.workerd.worker.attempt;

import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;

/** Asks one attempt to end, and wakes the thread that waits for its program. Thread-safe. */
public final class StopRequest implements AutoCloseable {
    private static final int NONE = -1;

    private String reason = "";
    private int event = NONE;
    private @Nullable Cause cause;
    private @Nullable Runnable act;

    /** Why an attempt ends before its program does. */
    public enum Cause {
        /** The daemon stops now. */
        INTERRUPTED,
        TIMED_OUT,
        /** Somebody no longer wants it; the reason says who or why. */
        CANCELLED
    }

    /** Not in the constructor: there may be no descriptor to be had, and the loop has no use for that news. */
    synchronized void open() {
        event = Posix.event();
        if (cause != null) {
            Posix.signalEvent(event);
        }
    }

    /** Does this, which must be short, once it is asked, be it already, and never after the close. */
    synchronized void onceAsked(Runnable once) {
        act = once;
        if (cause != null) {
            once.run();
        }
    }

    /** The first cause stands. */
    void ask(Cause why) {
        ask(why, "");
    }

    void cancel(String why) {
        ask(Cause.CANCELLED, why);
    }

    private synchronized void ask(Cause why, String because) {
        if (cause == null) {
            cause = why;
            reason = because;
            if (event != NONE) {
                Posix.signalEvent(event);
            }
            if (act != null) {
                act.run();
            }
        }
    }

    synchronized @Nullable Cause cause() {
        return cause;
    }

    /** Of a cancellation; else empty. */
    synchronized String reason() {
        return reason;
    }

    /** Readable once asked, and from then on. */
    synchronized int descriptor() {
        return event;
    }

    @Override
    public synchronized void close() {
        act = null;
        if (event != NONE) {
            Posix.close(event);
            event = NONE;
        }
    }
}
