package org.workerd.worker.loop;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.DaemonDirectory;
import org.workerd.unix.LockFile;
import org.workerd.unix.UnixException;
import org.workerd.worker.attempt.Cleaner;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Premises;
import org.workerd.worker.attempt.Scratch;

/**
 * Ledgers and scratch trees of daemons that the queue does not know any more: one that is killed while it cleans up
 * after another, or while it begins or ends, leaves them. Looked for at the start and now and then; for the loop's thread.
 */
public final class Remains {
    private static final Logger LOG = LoggerFactory.getLogger(Remains.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(10);
    private static final String LOCK = ".lock";
    private static final int FEW = 10;

    private final DaemonDirectory directory;
    private final long daemon;
    private final Cleaner cleaner;
    /** On the monotonic clock, in nanoseconds. */
    private long due = System.nanoTime();

    Remains(DaemonDirectory directory, long daemon, Cleaner cleaner) {
        this.directory = directory;
        this.daemon = daemon;
        this.cleaner = cleaner;
    }

    /** Removes them, if it is time to look; the queue knows these daemons. What may be gigabytes does not hold up the loop. */
    void remove(Collection<Long> known) {
        if (System.nanoTime() - due < 0) {
            return;
        }
        due = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        Set<Long> left = of(directory, known, daemon);
        if (!left.isEmpty()) {
            cleaner.start(() -> remove(left));
        }
    }

    /**
     * Whose there are.
     *
     * @param known the daemons that the queue knows
     * @param below only daemons with lower ids: one that is only just beginning is not known yet
     */
    public static Set<Long> of(DaemonDirectory directory, Collection<Long> known, long below) {
        Set<Long> found = new TreeSet<>();
        collect(directory.ledgers(), LOCK, found);
        collect(directory.ledgers(), ".http", found);
        collect(directory.scratch(), "", found);
        found.removeIf(id -> id >= below);
        found.removeAll(known);
        return found;
    }

    private static void collect(Path directory, String suffix, Set<Long> found) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "[0-9]*" + suffix)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                String id = name.substring(0, name.length() - suffix.length());
                if (id.matches("[0-9]{1,18}")) {
                    found.add(Long.parseLong(id));
                }
            }
        } catch (IOException | DirectoryIteratorException noneOrNotOurs) {
            LOG.debug("cannot look for files of dead daemons in {}: {}", directory, noneOrNotOurs.toString());
        }
    }

    private void remove(Set<Long> left) {
        List<Long> removed = left.stream().filter(this::remove).toList();
        if (!removed.isEmpty()) {
            LOG.info("removed files of daemons that are no longer in the queue; their ids: {}", few(removed));
        }
    }

    /** The first of them, and how many more there are. */
    public static String few(Collection<Long> ids) {
        String first = ids.stream().limit(FEW).map(String::valueOf).collect(Collectors.joining(", "));
        return ids.size() > FEW ? first + " and " + (ids.size() - FEW) + " more" : first;
    }

    /** False: somebody has the lock, or it cannot be removed. */
    private boolean remove(long dead) {
        try {
            Optional<LockFile> lock = LockFile.tryAcquire(Ledger.path(directory.ledgers(), dead), Ledger.MODE);
            if (lock.isPresent()) {
                Files.deleteIfExists(Ledger.listens(directory.ledgers(), dead));
                Scratch.delete(Premises.of(directory, dead).scratch());
                lock.get().closeAndDelete();
            }
            return lock.isPresent();
        } catch (IOException | UnixException failure) {
            LOG.debug("cannot remove the files of the daemon with id {}: {}", dead, failure.getMessage());
            return false;
        }
    }
}
