package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopyMarks;
import org.workerd.store.copy.CopyTable;
import org.workerd.store.copy.CopyTarget;

/** A queue in a file that is not there yet, and is there when it is full. */
final class SqliteCopyFile implements CopyTarget {
    private final Path file;
    private final SqliteDraft draft;
    private final Connection connection;
    private final SqliteCopyTarget queue;

    SqliteCopyFile(Path file, Set<PosixFilePermission> permissions, Duration patience) {
        this.file = file;
        this.draft = new SqliteDraft(file);
        try {
            SqliteCreation.create(draft.path());
            Files.setPosixFilePermissions(draft.path(), permissions);
            SqliteDatabase database = new SqliteDatabase(draft.path(), patience);
            this.connection = database.connectToItself();
            this.queue = new SqliteCopyTarget(database, connection);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot create the queue " + file, failure);
        }
    }

    @Override
    public List<String> columns(CopyTable table) {
        return queue.columns(table);
    }

    @Override
    public void insert(CopyTable table, List<String> columns, List<@Nullable Object[]> rows) {
        queue.insert(table, columns, rows);
    }

    @Override
    public void finish(CopyMarks marks) {
        queue.finish(marks);
    }

    /** Its log goes with the last connection to it. */
    @Override
    public void commit() {
        queue.commit();
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(truncate)");
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot write the queue " + file, failure);
        }
        queue.close();
        try {
            draft.sync();
            draft.publish();
        } catch (FileAlreadyExistsException taken) {
            throw new StoreException(StoreException.Kind.REFUSED, file + " exists already, and stays as it is", taken);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot write the queue " + file, failure);
        }
    }

    @Override
    public void close() {
        try {
            queue.close();
        } finally {
            try {
                draft.close();
            } catch (IOException left) {
                // It is named as a draft, and doctor tells of it.
            }
        }
    }
}
