package org.workerd.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** Who may read and write it, whatever the umask. */
    public void mode(Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(path, permissions);
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

    /** Whether the kernel names this process among those that hold a lock of the file; true where it names nobody. */
    public static boolean isHeldBy(Path path, long pid) throws IOException {
        String holder = " FLOCK ADVISORY WRITE " + pid + " ";
        String file = ":" + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS) + " ";
        List<String> locks = Files.readAllLines(Path.of("/proc/locks"));
        return locks.isEmpty()
                || locks.stream()
                        .map(lock -> lock.replaceAll(" +", " "))
                        .anyMatch(lock -> lock.contains(holder) && lock.contains(file));
    }

    /** The processes that the kernel names as holders of a lock of the file; nobody where it names none. */
    public static Set<Long> holders(Path path) throws IOException {
        String file = ":" + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS) + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .map(lock -> lock.replaceAll(" +", " "))
                .filter(lock -> lock.contains(" FLOCK ADVISORY WRITE ") && lock.contains(file))
                .map(lock -> Long.parseLong(lock.replaceFirst(".* WRITE (-?\\d+) .*", "$1")))
                .collect(Collectors.toUnmodifiableSet());
    }

    public Path path() {
        return path;
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
