package org.workerd.store;

/** The database did not do what was asked: of what kind the trouble is, and a sentence for people. */
public final class StoreException extends RuntimeException {
    /** What the trouble means for whoever waits. */
    public enum Kind {
        /** Somebody else has the write lock for longer than we were willing to wait. */
        LOCKED,
        /** The server of the queue does not answer, or ended the connection. */
        UNREACHABLE,
        /** The disk is full, or it failed. */
        DISK,
        /** We may not write there: permissions, or a read-only file system. */
        NOT_PERMITTED,
        /** There is no queue. */
        MISSING,
        /** The file is not a queue of ours; it was left as it was. */
        REFUSED,
        /** The schema is of a newer version; it was left as it was. */
        NEWER,
        /** The schema is of an older version; a daemon brings it up to date when it starts. */
        OUTDATED,
        /** Its schema holds what is not ours, which could do anything in our transactions. */
        FOREIGN,
        /** The file is damaged; it was left as it was. */
        DAMAGED,
        /** What was to be stored breaks a rule of the schema; nothing was stored. */
        INVALID,
        /** None of these. */
        OTHER
    }

    /** What the trouble means for whoever waits. */
    private final Kind kind;

    /**
     * For workerd itself.
     *
     * @param kind what it means for whoever waits
     * @param message a sentence for people
     */
    public StoreException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * For workerd itself.
     *
     * @param kind what it means for whoever waits
     * @param message a sentence for people
     * @param cause what the database said
     */
    public StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** {@return what the trouble means for whoever waits} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether it may go away by itself, or by somebody's hand, so that trying again later is of use} */
    public boolean isPassing() {
        return kind == Kind.LOCKED || kind == Kind.UNREACHABLE || kind == Kind.DISK || kind == Kind.NOT_PERMITTED;
    }
}
