package org.workerd.unix;

import jnr.constants.platform.Errno;

/** A libc call failed: what it was about, and the reason as errno names it. */
public final class UnixException extends RuntimeException {
    private final int errno;

    UnixException(String what, int errno) {
        super(what + ": " + describe(errno));
        this.errno = errno;
    }

    public boolean is(Errno reason) {
        return reason.intValue() == errno;
    }

    /** The machine is short of something for now: processes, memory, descriptors, disk. Nothing is wrong with the call. */
    public boolean isShortage() {
        return is(Errno.EAGAIN)
                || is(Errno.ENOMEM)
                || is(Errno.EMFILE)
                || is(Errno.ENFILE)
                || is(Errno.ENOSPC)
                || is(Errno.EDQUOT)
                || is(Errno.EROFS)
                || is(Errno.EIO);
    }

    /** Somebody has the program open for writing. */
    public boolean isBusy() {
        return is(Errno.ETXTBSY);
    }

    /** The arguments and the environment are more than the kernel takes. */
    public boolean isTooLong() {
        return is(Errno.E2BIG);
    }

    /** Somebody else has what was asked for. */
    public static UnixException taken(String what) {
        return new UnixException(what, Errno.EEXIST.intValue());
    }

    /** Somebody else has it, or has made it. */
    public boolean isTaken() {
        return is(Errno.EEXIST);
    }

    /** We may not. */
    public boolean isRefusal() {
        return is(Errno.EACCES) || is(Errno.EPERM);
    }

    /** A FIFO that was opened for writing has no reader, or a device is not there. */
    public boolean isUnconnected() {
        return is(Errno.ENXIO);
    }

    /** The file or the interpreter that it names is not there. */
    public boolean isMissing() {
        return is(Errno.ENOENT);
    }

    /** There is no such process any more. */
    public boolean isGone() {
        return is(Errno.ESRCH);
    }

    private static String describe(int errno) {
        return Errno.valueOf(errno).description().toLowerCase(java.util.Locale.ROOT);
    }
}
