package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.workerd.store.StoreException;

/** Is it a queue of ours, of a version that we know, that we may use? */
final class SqliteRecognition {
    private SqliteRecognition() {}

    /** Looks at the header alone, through SQLite but without locks, so that a file that is not ours stays untouched. */
    static void recognise(Path file, boolean toWrite) {
        try {
            // Not Files.exists: what stands in a directory that we may not enter is not missing.
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new StoreException(StoreException.Kind.REFUSED, file + " is not a regular file");
            }
            if (toWrite && !Files.isWritable(file) && isOnReadOnlyVolume(file)) {
                throw new StoreException(
                        StoreException.Kind.DISK, "cannot open the queue " + file + ": its file system is read-only");
            }
            if (!Files.isReadable(file) || (toWrite && !Files.isWritable(file))) {
                throw new StoreException(
                        StoreException.Kind.NOT_PERMITTED, "cannot open the queue " + file + ": permission denied");
            }
            if (Files.size(file) == 0) {
                throw new StoreException(
                        StoreException.Kind.REFUSED,
                        file + " is an empty file, not a queue; remove it to create a new queue");
            }
            try (Connection peek = SqliteConnections.open(file, "?immutable=1");
                    Statement statement = peek.createStatement()) {
                // Without it a file that a checkpoint is just making longer is taken for a damaged one.
                statement.execute("pragma writable_schema = on");
                accept(peek, file);
            }
        } catch (NoSuchFileException failure) {
            throw new StoreException(StoreException.Kind.MISSING, "there is no queue at " + file, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot open the queue " + file, failure);
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot open the queue " + file, failure);
        }
    }

    private static boolean isOnReadOnlyVolume(Path file) {
        try {
            return Files.getFileStore(file).isReadOnly();
        } catch (IOException noMountPoint) { // in a chroot it may not be listed
            return false;
        }
    }

    /** Our mark, and a version that we know? */
    static void accept(Connection connection, Path file) throws SQLException {
        if (pragma(connection, "application_id") != Schema.APPLICATION_ID) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    file + " is a database, but not a queue of workerd; it was left as it was");
        }
        int version = version(connection);
        if (version > Schema.VERSION) {
            throw new StoreException(
                    StoreException.Kind.NEWER,
                    "the queue " + file + " was made by a newer workerd: it has schema " + version
                            + ", this version supports schemas up to " + Schema.VERSION + "; it was left as it was");
        }
        if (version < 1) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    "the queue " + file + " has schema " + version
                            + ", which no version of workerd creates; it was left" + " as it was");
        }
    }

    static int version(Connection connection) throws SQLException {
        return pragma(connection, "user_version");
    }

    private static int pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("pragma " + name)) {
            return row.getInt(1);
        }
    }
}
