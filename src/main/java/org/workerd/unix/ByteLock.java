package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;

/**
 * Locks of one byte of a file, there or not, that belong to the open file: whoever inherits the descriptor holds it too,
 * and the kernel frees it when the last copy is closed, in whatever process and PID namespace. They know nothing of
 * flock's. Every method throws {@link UnixException} when the kernel refuses. Thread-safe.
 */
public final class ByteLock {
    private static final Libc FCNTL = Libc.bind("fcntl", INT, INT, POINTER);
    private static final int GET = 36;
    private static final int SET = 37;
    private static final int SET_WAITING = 38;
    private static final int STRUCT_SIZE = 32;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final long TO_THE_END = 0;

    private ByteLock() {}

    /** How a byte is locked: by several that only read, or by one that writes, which the open file must be able to. */
    public enum Kind {
        SHARED(0),
        EXCLUSIVE(1);

        private final int type;

        Kind(int type) {
            this.type = type;
        }
    }

    private static final short FREE = 2;

    /** False: another open file holds it against that. */
    public static boolean tryLock(int descriptor, long at, Kind kind) {
        try {
            FCNTL.call("cannot lock", descriptor, SET, struct(kind, at, 1));
            return true;
        } catch (UnixException refused) {
            if (refused.is(Errno.EAGAIN) || refused.is(Errno.EACCES)) {
                return false;
            }
            throw refused;
        }
    }

    /** Takes it, as long as that may take. */
    public static void await(int descriptor, long at, Kind kind) {
        FCNTL.call("cannot lock", descriptor, SET_WAITING, struct(kind, at, 1));
    }

    /** Whether another open file holds the byte against a lock of this kind. */
    public static boolean isHeld(int descriptor, long at, Kind against) {
        return conflicts(descriptor, struct(against, at, 1));
    }

    /** Whether another open file holds any byte. */
    public static boolean isAnyHeld(int descriptor) {
        return conflicts(descriptor, struct(Kind.EXCLUSIVE, 0, TO_THE_END));
    }

    private static boolean conflicts(int descriptor, byte[] struct) {
        FCNTL.call("cannot ask for a lock", descriptor, GET, struct);
        return ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder()).getShort(0) != FREE;
    }

    private static byte[] struct(Kind kind, long start, long length) {
        byte[] struct = new byte[STRUCT_SIZE];
        ByteBuffer.wrap(struct)
                .order(ByteOrder.nativeOrder())
                .putShort(0, (short) kind.type)
                .putLong(START, start)
                .putLong(LENGTH, length);
        return struct;
    }
}
