package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file that is made whole under another name, beside its place, and then linked: nobody ever sees half of it, and none is
 * ever overwritten. For one thread.
 */
final class SqliteDraft implements AutoCloseable {
    /** What SQLite may put beside a database. */
    private static final String[] COMPANIONS = {"", "-journal", "-wal", "-shm"};

    private final Path file;
    private final Path draft;

    /** Nothing is there yet. */
    SqliteDraft(Path file) {
        this.file = file.toAbsolutePath();
        this.draft = SqliteCreation.draft(this.file);
    }

    Path path() {
        return draft;
    }

    /** Has the disk keep it; not while it is open in SQLite, whose locks this would drop. */
    void sync() throws IOException {
        sync(draft);
    }

    /**
     * Gives it its name.
     *
     * @throws FileAlreadyExistsException there is something of this name, which stays as it is
     */
    void publish() throws IOException {
        if (!link()) {
            replaceEmpty();
        }
        Files.deleteIfExists(draft);
        sync(file.resolveSibling(""));
    }

    /** Whoever makes the empty file first may replace it. */
    private void replaceEmpty() throws IOException {
        Files.createFile(file);
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            Files.delete(file);
            throw failure;
        }
    }

    /** False: this file system, that of a memory stick perhaps, knows no links. */
    private boolean link() throws IOException {
        try {
            Files.createLink(file, draft);
            return true;
        } catch (FileAlreadyExistsException | NoSuchFileException | AccessDeniedException refused) {
            throw refused;
        } catch (FileSystemException | UnsupportedOperationException noLinks) {
            return false;
        }
    }

    /** What was not published goes. From any thread. */
    @Override
    public void close() throws IOException {
        for (String companion : COMPANIONS) {
            Files.deleteIfExists(draft.resolveSibling(draft.getFileName() + companion));
        }
    }

    private static void sync(Path path) throws IOException {
        boolean directory = Files.isDirectory(path);
        try (FileChannel channel = FileChannel.open(
                path,
                directory
                        ? Set.of(StandardOpenOption.READ)
                        : Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            channel.force(true);
        }
    }
}
