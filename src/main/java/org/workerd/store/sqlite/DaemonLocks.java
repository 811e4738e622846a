package org.workerd.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.workerd.job.Allowed;
import org.workerd.unix.LockHolders;

/** The lock of each daemon, a file in {@code daemons} beside the queue: held as long as the daemon lives. Stateless. */
final class DaemonLocks {
    private DaemonLocks() {}

    static Path file(Path queue, long daemon) {
        return queue.resolveSibling("daemons").resolve(daemon + ".lock");
    }

    /**
     * Whether the daemon lives. For programs without native code, which know no flock; who may not open the file goes by
     * what the kernel lists, where nothing of another PID namespace stands.
     */
    static boolean isHeld(Path queue, long daemon, long pid) {
        Path file = file(queue, daemon);
        try {
            return (Files.isReadable(file) && isByteLocked(file))
                    || LockHolders.of(file).contains(pid)
                    || LockHolders.areHidden();
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Allowed("it only asks, and this process holds no fcntl lock of a daemon's that the close could drop")
    private static boolean isByteLocked(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false; // a FIFO would hold us up
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock(0, 1, true)) {
            return lock == null;
        }
    }
}
