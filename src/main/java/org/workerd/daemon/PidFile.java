package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.LockFile;
import org.workerd.unix.UnixException;

/**
 * The daemon's pidfile. Its lock is the truth, held for life; what it holds is a label: empty from the lock until the
 * daemon is ready, then the pid. Whatever stood in it before is nobody's.
 */
final class PidFile {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);
    /** Until it is locked: who can open it before that can lock it first. */
    private static final int PRIVATE = 0600;

    private static final Duration OTHERS_START = Duration.ofSeconds(30);
    private static final Duration NAP = Duration.ofMillis(50);

    private final Path path;
    private LockFile file;
    private final long pid;

    private PidFile(Path path, LockFile file, long pid) {
        this.path = path;
        this.file = file;
        this.pid = pid;
    }

    /** The one that another version of the daemon, which ran in this process until now, left open and locked. */
    static PidFile inherit(Path path, int descriptor, long pid) {
        return new PidFile(path, LockFile.inherit(path, descriptor), pid);
    }

    /** For who is executed in our place. */
    int descriptor() {
        return file.descriptor();
    }

    Path path() {
        return path;
    }

    /** Either the lock is ours, or it is that of a daemon that runs. */
    record Claimed(Optional<PidFile> ours, Optional<PidFileHolder> running) {}

    /**
     * Takes the lock; when another daemon has it and is not ready yet, waits for how that ends. A file that a stranger
     * has locked is replaced.
     *
     * @throws DaemonException when the file cannot be used, or its holder is no daemon that says so
     */
    static Claimed claim(Path path, long pid) {
        try {
            Directories.make(path.getParent());
            long deadline = System.nanoTime() + OTHERS_START.toNanos();
            while (true) {
                Optional<Claimed> claimed = tryClaim(path, pid);
                if (claimed.isPresent()) {
                    return claimed.get();
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw new DaemonException(
                            DaemonException.Kind.FAILED,
                            "the pidfile " + path + " is locked by a process that is not workerd");
                }
                LockSupport.parkNanos(NAP.toNanos());
            }
        } catch (UnixException | IOException failure) {
            throw unusable(path, failure);
        }
    }

    /**
     * One at a time, by a lock on a file that nobody else can open: so nobody removes what another has just made. Empty:
     * it has to be tried again.
     */
    private static Optional<Claimed> tryClaim(Path path, long pid) throws IOException {
        Optional<LockFile> turn = LockFile.tryAcquire(path.resolveSibling(path.getFileName() + ".claim"), PRIVATE);
        if (turn.isEmpty()) {
            return Optional.empty();
        }
        try {
            return turn.get().isOurs() ? claimNow(path, pid) : Optional.empty();
        } finally {
            turn.get().closeAndDelete();
        }
    }

    private static Optional<Claimed> claimNow(Path path, long pid) throws IOException {
        Optional<LockFile> lock = LockFile.tryAcquire(path, PRIVATE);
        if (lock.isEmpty()) {
            return others(path);
        }
        if (!lock.get().isOurs()) {
            // Who it belongs to could write another pid into it.
            lock.get().closeAndDelete();
            return Optional.empty();
        }
        PidFile ours = new PidFile(path, lock.get(), pid);
        ours.show("");
        return Optional.of(new Claimed(Optional.of(ours), Optional.empty()));
    }

    private static Optional<Claimed> others(Path path) throws IOException {
        PidFileHolder holder = PidFileHolder.of(path);
        return switch (holder.kind()) {
            case DAEMON, ELSEWHERE -> Optional.of(new Claimed(Optional.empty(), Optional.of(holder)));
            case UNNAMED -> Optional.empty();
            case STRANGER -> {
                LOG.warn(
                        "process {} of another user had locked the pidfile {}; the file is replaced",
                        holder.pid(),
                        path);
                Files.delete(path);
                yield Optional.empty();
            }
        };
    }

    /** The daemon is ready: from here on the file names it. */
    void write() throws IOException {
        show(pid + "\n");
    }

    private void show(String text) throws IOException {
        file.write(text);
        // "Does it run?" is for everybody to ask.
        file.mode(PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** When somebody removed the file, there is one again: else nobody could stop us. */
    void heal() {
        if (file.isStillThere()) {
            return;
        }
        try {
            Optional<LockFile> fresh = LockFile.tryAcquire(path, PRIVATE);
            if (fresh.isPresent()) {
                LOG.warn("the pidfile {} was removed or replaced; created it again", path);
                file.close();
                file = fresh.get();
                write();
            }
        } catch (UnixException | IOException failure) {
            LOG.warn(
                    "the pidfile {} was removed or replaced, and cannot be created again: {}",
                    path,
                    failure.getMessage());
        }
    }

    void delete() throws IOException {
        file.closeAndDelete();
    }

    /** A daemon died, or was ended, before it could do so itself. What runs, or is no file of ours, stays. */
    static void removeStale(Path path) {
        try {
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Optional<LockFile> stale = LockFile.tryAcquire(path, PRIVATE);
                if (stale.isPresent()) {
                    stale.get().closeAndDelete();
                }
            }
        } catch (UnixException | IOException failure) {
            LOG.debug("cannot remove the pidfile {}: {}", path, failure.getMessage());
        }
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
