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
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.workerd.store.Backup;

/**
 * A copy of a queue as it is at one moment, while others write to it: a reader like any other. Made whole under another
 * name and then linked, so that nobody ever sees half a backup, and none is ever overwritten. For one thread.
 */
final class SqliteBackup implements Backup {
    private static final String INTO = "vacuum into ?";
    /** What SQLite may put beside a database. */
    private static final String[] COMPANIONS = {"", "-journal", "-wal", "-shm"};

    private final SqliteDatabase queue;
    private final Path file;
    private final Path draft;

    SqliteBackup(SqliteDatabase queue, Path file) {
        this.queue = queue;
        this.file = file.toAbsolutePath();
        this.draft = SqliteCreation.draft(this.file);
    }

    @Override
    public void write() {
        String what = "cannot back up the queue " + queue.file() + " to " + file;
        try {
            // The jobs' payloads may be secret: for its owner alone, whoever may read the queue.
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            // Where the directory is somebody else's, he could put a link in the draft's place.
            try (Connection source = queue.connectToItself();
                    PreparedStatement into = source.prepareStatement(INTO)) {
                into.setString(1, SqliteConnections.real(draft).toString());
                into.execute();
            }
            SqliteDatabase copy = new SqliteDatabase(draft, queue.patience());
            try (Connection connection = SqliteConnections.openItself(draft);
                    Statement statement = connection.createStatement()) {
                // What the copying leaves out, and a daemon needs: else it would not be woken by new jobs.
                statement.execute("pragma journal_mode = wal");
                copy.check(connection);
            }
            // Open in SQLite no more: else this would drop its locks.
            sync(draft);
        } catch (SQLException failure) {
            throw SqliteErrors.translate(what, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate(what, failure);
        }
    }

    @Override
    public void publish() throws IOException {
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

    @Override
    public long size() throws IOException {
        return Files.size(file);
    }

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
