package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

/** What this process does on a signal, as the C library has it, to be put back later. Immutable. */
final class SignalAction {
    private static final Libc SIGACTION = Libc.bind("sigaction", INT, POINTER, POINTER);
    /** Of the library's structure, with some to spare. */
    private static final int SIZE = 256;

    private final int signal;
    private final byte[] action;

    private SignalAction(int signal, byte[] action) {
        this.signal = signal;
        this.action = action;
    }

    /** The one of now. */
    static SignalAction of(int signal) {
        byte[] action = new byte[SIZE];
        SIGACTION.call("cannot read the action of signal " + signal, signal, 0L, action);
        return new SignalAction(signal, action);
    }

    void restore() {
        SIGACTION.call("cannot restore the action of signal " + signal, signal, action, 0L);
    }
}
