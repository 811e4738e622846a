package org.workerd.daemon;

import org.workerd.unix.UnixException;

/** The daemon cannot be started, or run on: a sentence for people, and whether it is the configuration that is wrong. */
public final class DaemonException extends RuntimeException {
    /** Whose matter it is. */
    public enum Kind {
        CONFIGURATION,
        NOT_PERMITTED,
        IO_ERROR,
        FAILED
    }

    private final Kind kind;

    DaemonException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What the kernel refused. */
    static DaemonException of(UnixException failure) {
        Kind kind = failure.isRefusal() ? Kind.NOT_PERMITTED : failure.isShortage() ? Kind.IO_ERROR : Kind.FAILED;
        return new DaemonException(kind, String.valueOf(failure.getMessage()));
    }

    public Kind kind() {
        return kind;
    }
}
