package org.workerd.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.LockFile;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.UnixException;

/**
 * The daemon's pidfile. Its lock is the truth, held for life; what it holds is a label: empty from the lock until the
 * daemon is ready, then the pid. Whatever stood in it before is nobody's.
 */
final class PidFile {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);
    private static final int MODE = 0644;
    private static final Duration OTHERS_START = Duration.ofSeconds(30);
    private static final Duration NAP = Duration.ofMillis(50);
    private static final Pattern PID = Pattern.compile("([1-9][0-9]{0,9})\\n");

    private final Path path;
    private LockFile file;
    private final long pid;

    private PidFile(Path path, LockFile file, long pid) {
        this.path = path;
        this.file = file;
        this.pid = pid;
    }

    /** Either the lock is ours, or it is that of a daemon that runs. */
    record Claimed(Optional<PidFile> ours, long runningPid) {}

    /**
     * Takes the lock; when another daemon has it and is not ready yet, waits for how that ends.
     *
     * @throws DaemonException when the file cannot be used, or its holder is no daemon that says so
     */
    static Claimed claim(Path path, long pid) {
        try {
            Directories.make(path.getParent());
            long deadline = System.nanoTime() + OTHERS_START.toNanos();
            while (true) {
                Optional<LockFile> lock = LockFile.tryAcquire(path, MODE);
                if (lock.isPresent()) {
                    lock.get().write("");
                    // "Does it run?" is for everybody to ask.
                    lock.get().mode(PosixFilePermissions.fromString("rw-r--r--"));
                    return new Claimed(Optional.of(new PidFile(path, lock.get(), pid)), 0);
                }
                OptionalLong holder = read(path);
                if (holder.isPresent()) {
                    return new Claimed(Optional.empty(), holder.getAsLong());
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw new DaemonException(
                            DaemonException.Kind.FAILED,
                            "the pidfile " + path + " is locked by a process that does not say that it is workerd");
                }
                LockSupport.parkNanos(NAP.toNanos());
            }
        } catch (UnixException | IOException failure) {
            throw unusable(path, failure);
        }
    }

    /** The daemon is ready: from here on the file names it. */
    void write() {
        file.write(pid + "\n");
    }

    /** When somebody removed the file, there is one again: else nobody could stop us. */
    void heal() {
        if (file.isStillThere()) {
            return;
        }
        try {
            LockFile.tryAcquire(path, MODE).ifPresent(fresh -> {
                LOG.warn("the pidfile {} was removed or replaced; it is there again", path);
                file.close();
                file = fresh;
                write();
            });
        } catch (UnixException failure) {
            LOG.warn(
                    "the pidfile {} was removed or replaced, and cannot be made again: {}", path, failure.getMessage());
        }
    }

    void delete() throws IOException {
        file.closeAndDelete();
    }

    /** A daemon died, or was ended, before it could do so itself. What runs, or is no file of ours, stays. */
    static void removeStale(Path path) {
        try {
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Optional<LockFile> stale = LockFile.tryAcquire(path, MODE);
                if (stale.isPresent()) {
                    stale.get().closeAndDelete();
                }
            }
        } catch (UnixException | IOException failure) {
            LOG.debug("cannot remove the pidfile {}: {}", path, failure.getMessage());
        }
    }

    /**
     * The pid of a running daemon; one that only starts has written none. Right after it took the lock, the file still
     * holds what stood there before.
     */
    private static OptionalLong read(Path path) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > 32) {
            return OptionalLong.empty();
        }
        Matcher matcher = PID.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long named = Long.parseLong(matcher.group(1));
        // One that was just killed holds its lock for some more milliseconds; then it is ours to have.
        return LockFile.isHeldBy(path, named) && !ProcessInfo.isDying(named)
                ? OptionalLong.of(named)
                : OptionalLong.empty();
    }

    private static DaemonException unusable(Path path, Exception failure) {
        boolean refused = failure instanceof java.nio.file.AccessDeniedException
                || (failure instanceof UnixException unix && unix.isRefusal());
        String why = failure instanceof IOException broken
                ? DaemonException.reason(broken)
                : String.valueOf(failure.getMessage());
        return new DaemonException(
                refused ? DaemonException.Kind.NOT_PERMITTED : DaemonException.Kind.FAILED,
                "cannot use the pidfile " + path + ": " + why);
    }
}
