package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;

/** Makes queues. */
final class SqliteCreation {
    private static final String DRAFT = ".new-";
    static final Set<PosixFilePermission> SHARED = PosixFilePermissions.fromString("rw-rw----");

    private SqliteCreation() {}

    /** Made whole under another name and then linked: nobody ever sees half a queue, and the first of several wins. */
    static void create(Path file) {
        Path draft = draft(file);
        SqliteConnections.checkLength(
                file, draft.toString().length() - file.toString().length());
        try {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(SHARED));
            try {
                Files.getFileAttributeView(draft, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(SHARED);
                try (Connection connection = SqliteConnections.openItself(draft)) {
                    fill(connection);
                }
                Files.createLink(file, draft);
                syncDirectory(file);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException raced) {
            // Somebody else made it in the meantime, whole as well.
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot create the queue " + file, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot create the queue " + file, failure);
        }
    }

    /** A name beside the file's for one that is not whole yet; what a crash leaves is known by it. */
    static Path draft(Path file) {
        return file.resolveSibling(file.getFileName() + DRAFT + UUID.randomUUID());
    }

    private static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma synchronous = full");
            statement.execute("begin immediate");
            for (String step : Schema.steps()) {
                statement.executeUpdate(step);
            }
            statement.execute("pragma application_id = " + Schema.APPLICATION_ID);
            statement.execute("pragma user_version = " + Schema.VERSION);
            statement.execute("commit");
        }
    }

    private static void syncDirectory(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
