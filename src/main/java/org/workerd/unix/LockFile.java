package org.workerd.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * A file that this process holds an flock on, for as long as it is open here; the kernel frees the lock when the process
 * dies, however it dies. Not thread-safe.
 */
public final class LockFile implements AutoCloseable {
    private static final int ROUNDS = 100;

    private final Path path;
    private final int descriptor;
    private boolean open = true;

    private LockFile(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /**
     * Takes the lock, making the file where there is none. Never follows a symbolic link.
     *
     * @return empty when another process holds it
     * @throws UnixException when the file cannot be opened
     */
    public static Optional<LockFile> tryAcquire(Path path, int mode) {
        for (int round = 0; round < ROUNDS; round++) {
            int descriptor = Posix.open(path, Posix.READ_WRITE | Posix.CREATE | Posix.NO_FOLLOW | NON_BLOCKING, mode);
            if (!Posix.tryLock(descriptor)) {
                Posix.close(descriptor);
                return Optional.empty();
            }
            if (Posix.isStill(descriptor, path)) {
                return Optional.of(new LockFile(path, descriptor));
            }
            // The holder before us removed the file between our open and our lock: what we hold is nobody's file.
            Posix.close(descriptor);
        }
        return Optional.empty();
    }

    /** The one that what ran in this process before us had locked, and left open for us. */
    public static LockFile inherit(Path path, int descriptor) {
        Posix.closeOnExec(descriptor);
        return new LockFile(path, descriptor);
    }

    /** For who is executed in our place, and is to have the lock. */
    public int descriptor() {
        return descriptor;
    }

    /** Who may read and write it, whatever the umask. */
    public void mode(Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(opened(), permissions);
    }

    /** Whether the file is of the user this process runs as. */
    public boolean isOurs() throws IOException {
        return (int) Files.getAttribute(opened(), "unix:uid") == Posix.userId();
    }

    /**
     * Whether another process holds the lock: tried itself, for a moment.
     *
     * @throws UnixException when the file cannot be read
     */
    public static boolean isHeld(Path path) {
        int descriptor = Posix.open(path, Posix.READ | Posix.NO_FOLLOW | NON_BLOCKING, 0);
        try {
            return !Posix.tryLockShared(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }

    /** Returns once nobody holds the lock of the file, or the file is gone. Cannot be interrupted. */
    public static void awaitRelease(Path path) {
        int descriptor = Posix.open(path, Posix.READ_WRITE | Posix.NO_FOLLOW | NON_BLOCKING, 0);
        try {
            Posix.awaitLock(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }

    public Path path() {
        return path;
    }

    /** The file itself, whatever the path names by now. */
    private Path opened() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    /**
     * Locks its first byte too, in the way that programs know that have no flock, see {@link ByteLock}.
     *
     * @throws UnixException when another process has it so
     */
    public void lockByte() {
        if (!ByteLock.tryLock(descriptor, 0, ByteLock.Kind.EXCLUSIVE)) {
            throw UnixException.taken("cannot lock " + path);
        }
    }

    /** Replaces what the file holds. */
    public void write(String text) {
        Posix.truncate(descriptor, 0);
        Posix.writeAt(descriptor, 0, text.getBytes(StandardCharsets.UTF_8));
    }

    public void writeAt(long offset, byte[] bytes) {
        Posix.writeAt(descriptor, offset, bytes);
    }

    /** False: somebody removed or replaced the file; our lock protects nothing any more. */
    public boolean isStillThere() {
        return Posix.isStill(descriptor, path);
    }

    /** Frees the lock and leaves the file. */
    @Override
    public void close() {
        if (open) {
            open = false;
            Posix.close(descriptor);
        }
    }

    /** Removes the file while the lock is still held, so that nobody's new file is removed, and frees the lock. */
    public void closeAndDelete() throws IOException {
        try {
            if (open && isStillThere()) {
                Files.delete(path);
            }
        } finally {
            close();
        }
    }

    /** Opening a FIFO for reading and writing does not block, but a device might. */
    private static final int NON_BLOCKING = jnr.constants.platform.OpenFlags.O_NONBLOCK.intValue();
}
