package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Outcome;
import org.workerd.unix.UnixException;

/**
 * What belongs to the ledger but has no fixed width: how attempts ended, noted before their slots are used again, until
 * the database has the verdicts. When the daemon is killed in between, the next one judges them from here instead of
 * running them again. Two files in turn: while the notes of one are still needed, the other is written. Thread-safe.
 */
public final class EndLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndLog.class);
    /** In bytes: beyond that the other file is written, as soon as it is free. */
    private static final long ENOUGH = 1 << 17;

    private final Path directory;
    private final InstantSource clock;
    /** The one that is written; null: nothing was noted yet. */
    private @Nullable EndFile file;

    private @Nullable EndFile spare;
    private boolean closed;
    private boolean isFailing;

    /** @param directory the daemon's scratch directory, which goes only when nothing of the daemon is needed any more */
    public EndLog(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Before anything runs: by the time that something ends, the disk may have no room for the files. */
    synchronized void prepare() {
        try {
            if (!closed) {
                opened();
            }
        } catch (IOException | UnixException notYet) {
            LOG.debug("no room for notes yet: {}", notYet.getMessage());
        }
    }

    /** Where its note stands, to be said to {@link #forget} later. Empty: it could not be noted, and would run again. */
    public Optional<EndFile> note(Execution execution, Outcome outcome) {
        return note(new EndNote(
                execution.claim().token(),
                clock.instant(),
                execution.signs().progress().orElse(null),
                outcome));
    }

    public Optional<EndFile> note(EndNote end) {
        return append(EndNoteForm.encode(end));
    }

    private synchronized Optional<EndFile> append(byte[] note) {
        try {
            Optional<EndFile> written = closed ? Optional.empty() : opened().filter(open -> open.append(note));
            isFailing = false;
            return written;
        } catch (IOException | UnixException | InternalError failure) {
            // InternalError: somebody cut the file, or its page finds no room on the disk any more. Only a daemon that
            // is killed right now would need it.
            if (!isFailing) {
                LOG.warn("cannot note in {} how attempts end: {}", directory, failure.getMessage());
            }
            isFailing = true;
            return Optional.empty();
        }
    }

    private Optional<EndFile> opened() throws IOException {
        if (spare == null) {
            Files.createDirectories(directory);
            spare = EndFile.create(path(directory, 1));
        }
        if (file == null) {
            file = EndFile.create(path(directory, 0));
        }
        return Optional.of(file);
    }

    private static Path path(Path directory, int number) {
        return directory.resolve("ends." + number);
    }

    /** The database has the verdicts. */
    synchronized void forget(Collection<EndFile> notes) {
        notes.forEach(EndFile::forget);
        EndFile written = file;
        EndFile other = spare;
        if (written == null || other == null || closed) {
            return;
        }
        if (!written.isNeeded()) {
            written.restart();
        } else if (written.size() > ENOUGH && !other.isNeeded()) {
            other.restart();
            file = other;
            spare = written;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Optional.ofNullable(file).ifPresent(EndFile::close);
            Optional.ofNullable(spare).ifPresent(EndFile::close);
        }
    }

    /** By the tokens of their claims, what a dead daemon noted; of some of them the database may have the verdicts. */
    public static Map<Long, EndNote> read(Path directory) {
        Map<Long, EndNote> notes = new HashMap<>();
        for (int number = 0; number < 2; number++) {
            try {
                for (byte[] note : EndFile.read(path(directory, number))) {
                    EndNoteForm.decode(note).ifPresent(end -> notes.put(end.token(), end));
                }
            } catch (IOException unreadable) {
                LOG.warn(
                        "cannot read in {} how attempts of a dead daemon ended: {}",
                        directory,
                        unreadable.getMessage());
            }
        }
        return notes;
    }
}
