package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.workerd.store.Backup;

/** A copy of a queue as it is at one moment, while others write to it: a reader like any other. For one thread. */
final class SqliteBackup implements Backup {
    private static final String INTO = "vacuum into ?";

    private final SqliteDatabase queue;
    private final Path file;
    private final SqliteDraft draft;

    SqliteBackup(SqliteDatabase queue, Path file) {
        this.queue = queue;
        this.file = file.toAbsolutePath();
        this.draft = new SqliteDraft(file);
    }

    @Override
    public void write() {
        String what = "cannot back up the queue " + queue.file() + " to " + file;
        try {
            // The jobs' payloads may be secret: for its owner alone, whoever may read the queue.
            Files.createFile(
                    draft.path(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            // Where the directory is somebody else's, he could put a link in the draft's place.
            try (Connection source = queue.connectToItself();
                    PreparedStatement into = source.prepareStatement(INTO)) {
                into.setString(1, SqliteConnections.real(draft.path()).toString());
                into.execute();
            }
            SqliteDatabase copy = new SqliteDatabase(draft.path(), queue.patience());
            try (Connection connection = SqliteConnections.openItself(draft.path());
                    Statement statement = connection.createStatement()) {
                // What the copying leaves out, and a daemon needs: else it would not be woken by new jobs.
                statement.execute("pragma journal_mode = wal");
                copy.check(connection);
            }
            // Open in SQLite no more: else this would drop its locks.
            draft.sync();
        } catch (SQLException failure) {
            throw SqliteErrors.translate(what, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate(what, failure);
        }
    }

    @Override
    public void publish() throws IOException {
        draft.publish();
    }

    @Override
    public long size() throws IOException {
        return Files.size(file);
    }

    @Override
    public void close() throws IOException {
        draft.close();
    }
}
