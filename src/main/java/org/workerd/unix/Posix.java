package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.LONG;
import static org.workerd.unix.Libc.POINTER;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import jnr.constants.platform.Errno;
import jnr.constants.platform.OpenFlags;

/**
 * Descriptors. Each is opened close-on-exec, for a JVM's own opens are inherited by what it spawns. Every method throws
 * {@link UnixException} when the kernel refuses. Thread-safe.
 */
public final class Posix {
    public static final int READ = OpenFlags.O_RDONLY.intValue();
    public static final int READ_WRITE = OpenFlags.O_RDWR.intValue();
    public static final int APPEND = OpenFlags.O_WRONLY.intValue() | OpenFlags.O_APPEND.intValue();
    public static final int CREATE = OpenFlags.O_CREAT.intValue();
    public static final int TRUNCATE = OpenFlags.O_TRUNC.intValue();
    /** With {@link #CREATE}: it must be a new file. */
    public static final int EXCLUSIVE = OpenFlags.O_EXCL.intValue();

    /** To reach what is in it, not to read it: needs no right to the directory. O_PATH is the same on every machine. */
    public static final int DIRECTORY_ONLY = OpenFlags.O_DIRECTORY.intValue() | 010000000;

    public static final int NO_FOLLOW = OpenFlags.O_NOFOLLOW.intValue();
    /** A FIFO without a writer, or a device, does not hold up the open. */
    public static final int NON_BLOCKING = OpenFlags.O_NONBLOCK.intValue();

    /** A FIFO that nobody reads is refused, not waited for; a terminal does not become the process's own. */
    public static final int NOT_TO_WAIT = OpenFlags.O_NONBLOCK.intValue() | OpenFlags.O_NOCTTY.intValue();
    /** The same on every Linux that we know of; jnr has no constant for it. */
    static final int CLOSE_ON_EXEC = 0x80000;

    static final Libc OPEN = Libc.bind("open", POINTER, INT, INT);
    private static final Libc CLOSE = Libc.bind("close", INT);
    static final Libc READ_CALL = Libc.bind("read", INT, POINTER, LONG);
    private static final Libc WRITE = Libc.bind("write", INT, POINTER, LONG);
    private static final Libc PWRITE = Libc.bind("pwrite", INT, POINTER, LONG, LONG);
    private static final Libc FTRUNCATE = Libc.bind("ftruncate", INT, LONG);
    private static final Libc FALLOCATE = Libc.bind("fallocate", INT, INT, LONG, LONG);
    private static final Libc FCNTL = Libc.bind("fcntl", INT, INT, INT);
    private static final Libc DUP2 = Libc.bind("dup2", INT, INT);
    private static final Libc PIPE2 = Libc.bind("pipe2", POINTER, INT);
    private static final Libc FLOCK = Libc.bind("flock", INT, INT);
    private static final Libc POLL = Libc.bind("poll", POINTER, LONG, INT);
    private static final Libc CLOSE_RANGE = Libc.bind("close_range", INT, INT, INT);
    private static final Libc EVENTFD = Libc.bind("eventfd", INT, INT);

    private static final int LOCK_SHARED = 1;
    private static final int LOCK_EXCLUSIVE = 2;
    private static final int LOCK_NOW = 4;
    private static final int SET_DESCRIPTOR_FLAGS = 2;
    private static final int RANGE_CLOSE_ON_EXEC = 4;
    private static final int SET_SIGNAL = 10;
    private static final int SET_LEASE = 1024;
    private static final int WRITE_LEASE = 1;
    private static final int NO_LEASE = 2;
    /** SIGURG, which does nothing where nobody asked for it. */
    private static final int HARMLESS = 23;

    private static final int KEEP_SIZE_PUNCH_HOLE = 1 | 2;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    private Posix() {}

    public static int open(Path path, int flags, int mode) {
        return OPEN.call("cannot open " + path, path.toString(), flags | CLOSE_ON_EXEC, mode);
    }

    public static void close(int descriptor) {
        // Not tried again after EINTR: on Linux the descriptor is gone by then, and may be another file's.
        CLOSE.invoke(descriptor);
    }

    /** False: somebody else holds the lock. It belongs to the open file, and goes when its last copy is closed. */
    public static boolean tryLock(int descriptor) {
        return tryLock(descriptor, LOCK_EXCLUSIVE);
    }

    /** The same, beside others who have it like this. */
    static boolean tryLockShared(int descriptor) {
        return tryLock(descriptor, LOCK_SHARED);
    }

    private static boolean tryLock(int descriptor, int kind) {
        try {
            FLOCK.call("cannot lock", descriptor, kind | LOCK_NOW);
            return true;
        } catch (UnixException refused) {
            if (refused.is(Errno.EAGAIN)) {
                return false;
            }
            throw refused;
        }
    }

    /** Takes the lock, as long as that may take. */
    static void awaitLock(int descriptor) {
        FLOCK.call("cannot lock", descriptor, LOCK_EXCLUSIVE);
    }

    public static void unlock(int descriptor) {
        FLOCK.call("cannot unlock", descriptor, 8);
    }

    public static void write(int descriptor, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        WRITE.call("cannot write", descriptor, bytes, (long) bytes.length);
    }

    public static void writeAt(int descriptor, long offset, byte[] bytes) {
        int written = PWRITE.call("cannot write", descriptor, bytes, (long) bytes.length, offset);
        if (written < bytes.length) {
            // The disk is full, which the next call says.
            writeAt(descriptor, offset + written, Arrays.copyOfRange(bytes, written, bytes.length));
        }
    }

    /** What could be read at once, at most the buffer's length; empty at the end. */
    public static byte[] read(int descriptor, int most) {
        byte[] buffer = new byte[most];
        int count = READ_CALL.call("cannot read", descriptor, buffer, (long) most);
        return Arrays.copyOf(buffer, count);
    }

    public static void truncate(int descriptor, long size) {
        FTRUNCATE.call("cannot truncate", descriptor, size);
    }

    /** Nobody, this process included, has the regular file open but by this descriptor. False also where nobody can tell. */
    public static boolean isOpenHereOnly(int descriptor) {
        // Whoever opens the file while it is leased waits until it is not, and we are told by a signal: SIGIO, which
        // ends a JVM.
        if (FCNTL.invoke(descriptor, SET_SIGNAL, HARMLESS) < 0
                || FCNTL.invoke(descriptor, SET_LEASE, WRITE_LEASE) < 0) {
            return false;
        }
        FCNTL.call("cannot give a lease back", descriptor, SET_LEASE, NO_LEASE);
        return true;
    }

    /** Gives a range's blocks back to the file system; it reads as zeros. False: this file system cannot. */
    public static boolean punchHole(int descriptor, long offset, long length) {
        return FALLOCATE.invoke(descriptor, KEEP_SIZE_PUNCH_HOLE, offset, length) == 0;
    }

    /** For a descriptor that we were given: what we spawn shall not have it. */
    public static void closeOnExec(int descriptor) {
        FCNTL.call("cannot mark descriptor " + descriptor, descriptor, SET_DESCRIPTOR_FLAGS, 1);
    }

    /** What is executed in our place shall have it. */
    static void keepOnExec(int descriptor) {
        FCNTL.call("cannot mark descriptor " + descriptor, descriptor, SET_DESCRIPTOR_FLAGS, 0);
    }

    /** The same as {@link #closeOnExec} for all that are open, from this one on. */
    static void closeAllOnExec(int first) {
        // Linux 5.11.
        CLOSE_RANGE.call("cannot mark descriptors", first, Integer.MAX_VALUE, RANGE_CLOSE_ON_EXEC);
    }

    /** Makes {@code to} another name of {@code from}, in one step; {@code to} is inherited by what we spawn. */
    public static void duplicate(int from, int to) {
        DUP2.call("cannot duplicate descriptor " + from, from, to);
    }

    /** A pipe's ends: read, write. */
    public static int[] pipe() {
        int[] ends = new int[2];
        PIPE2.call("cannot make a pipe", ends, CLOSE_ON_EXEC);
        return ends;
    }

    /** A descriptor on which {@link #await} wakes once {@link #signalEvent} was called. */
    public static int event() {
        return EVENTFD.call("cannot make an event", 0, CLOSE_ON_EXEC);
    }

    public static void signalEvent(int event) {
        WRITE.call("cannot signal an event", event, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8L);
    }

    /** Takes the signal back, after {@link #await} said that it is there. */
    public static void clearEvent(int event) {
        read(event, 8);
    }

    /**
     * Waits until one of the descriptors can be read, on the monotonic clock.
     *
     * @param millis −1 waits as long as it takes
     * @return for each descriptor whether it can be read; all false when the time is up
     */
    public static boolean[] await(int millis, int... descriptors) {
        int[] polled = new int[descriptors.length * 2];
        for (int i = 0; i < descriptors.length; i++) {
            polled[2 * i] = descriptors[i];
            polled[2 * i + 1] = POLLIN;
        }
        try {
            POLL.call("cannot poll", polled, (long) descriptors.length, millis);
        } catch (UnixException broken) {
            throw new IllegalStateException(broken.getMessage(), broken);
        }
        boolean[] readable = new boolean[descriptors.length];
        for (int i = 0; i < descriptors.length; i++) {
            readable[i] = polled[2 * i + 1] >>> 16 != 0;
        }
        return readable;
    }

    /** Whether a write to the descriptor would not wait, now or within so many milliseconds; it may fail. */
    public static boolean isWritable(int millis, int descriptor) {
        int[] polled = {descriptor, POLLOUT};
        return POLL.call("cannot poll", polled, 1L, millis) > 0;
    }

    /** What kind of file the descriptor is. */
    public static FileType typeOf(int descriptor) {
        try {
            return FileType.of((Integer) Files.getAttribute(Path.of("/proc/self/fd/" + descriptor), "unix:mode"));
        } catch (IOException closed) {
            throw new UncheckedIOException("cannot look at descriptor " + descriptor, closed);
        }
    }

    /** Does the path still name the file that is open here? Not so when somebody removed or replaced it. */
    public static boolean isStill(int descriptor, Path path) {
        try {
            return identity(Path.of("/proc/self/fd/" + descriptor)).equals(identity(path));
        } catch (IOException gone) {
            return false;
        }
    }

    /** The user this process runs as. */
    public static int userId() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException noProc) {
            throw new UncheckedIOException("cannot read /proc/self", noProc);
        }
    }

    private static Map<String, Object> identity(Path path) throws IOException {
        return Files.readAttributes(path, "unix:dev,ino");
    }
}
