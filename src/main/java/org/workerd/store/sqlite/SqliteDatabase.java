package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sqlite.BusyHandler;
import org.workerd.store.JobQueries;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopyTarget;

/**
 * A queue's file: made, recognised, refused, opened. Never through Java's own file I/O once SQLite has it open in this
 * process: closing such a stream drops SQLite's locks.
 */
public final class SqliteDatabase {
    /** In bytes: half a second's reading. */
    private static final long LARGE = 1L << 28;

    private final Path file;
    private final Duration patience;

    /**
     * The queue in this file.
     *
     * @param patience how long a transaction waits for another process's before it gives up
     */
    public SqliteDatabase(Path file, Duration patience) {
        this.file = file.toAbsolutePath();
        this.patience = patience;
    }

    /** Opens the queue for writing, and makes it where there is none. */
    public SqliteStore openOrCreate() {
        // What stands where we may not look is not missing: that is for opening it to say.
        if (Files.notExists(file)) {
            SqliteCreation.create(file);
        }
        return open();
    }

    /**
     * Opens the queue for writing.
     *
     * @throws StoreException MISSING, REFUSED, DAMAGED or NOT_PERMITTED; the file is left as it was
     */
    SqliteStore open() {
        return new SqliteStore(this, connectCurrent());
    }

    /**
     * Brings the schema of a queue that is there up to date, for the one daemon that then works on it.
     *
     * @return the copy that was made before, if there was anything to do
     */
    Optional<Path> migrate() {
        return Files.notExists(file)
                ? Optional.empty()
                : new SqliteMigration(this, Schema.VERSION, Schema.steps()).migrate();
    }

    /** Opens the queue for reading. Throws as {@link #open} does. */
    public JobQueries openForReading() {
        return new SqliteQueries(this, connectCurrent(), true);
    }

    /**
     * Makes sure that the schema is the one that workerd made, before a daemon works with it. What was removed of its views,
     * triggers and indexes is made anew.
     *
     * @return what was made anew
     * @throws StoreException FOREIGN, with what does not belong there
     */
    List<String> checkSchema() {
        try (Connection connection = connectCurrent()) {
            SqliteOwnSchema.check(connection, this, Schema.VERSION);
            return SqliteOwnSchema.restore(connection);
        } catch (SQLException failure) {
            throw translate("cannot check the schema of", failure);
        }
    }

    /**
     * Reads all of the queue's pages; of a large one none, for that would take longer than a start may.
     *
     * @throws StoreException DAMAGED, with what is wrong
     */
    void check() {
        if (file.toFile().length() > LARGE) {
            return;
        }
        try (Connection connection = connect()) {
            check(connection, "pragma quick_check(1)");
        } catch (SQLException failure) {
            throw translate("cannot check", failure);
        }
    }

    /** Reads all of it, however large it is. */
    void check(Connection connection) throws SQLException {
        check(connection, "pragma integrity_check(1)");
    }

    private void check(Connection connection, String pragma) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(pragma)) {
            String finding = rows.next() ? rows.getString(1) : "no answer";
            if (!finding.equals("ok")) {
                throw new StoreException(
                        StoreException.Kind.DAMAGED, "the queue " + file + " is damaged: " + finding.strip());
            }
        }
    }

    /**
     * Writes all of the log into the queue and leaves it, empty, with its index where it is when this process ends. In a
     * sticky directory a member of the group who makes them anew owns them, and no other member may open them then.
     */
    void leaveLog() {
        Connection never = connect();
        try (Statement statement = never.createStatement()) {
            statement.execute("pragma wal_checkpoint(truncate)");
        } catch (SQLException failure) {
            throw translate("cannot truncate the write-ahead log of", failure);
        }
    }

    /** What can be said of its health, without a change to anything. Throws as {@link #open} does. */
    SqliteHealth health() {
        return new SqliteHealth(this, connectToLook());
    }

    /** A copy of it in this file, which must not exist; nothing is done yet. */
    SqliteBackup backup(Path to) {
        return new SqliteBackup(this, to);
    }

    /** All of it, as of now. Throws as {@link #open} does. */
    SqliteCopySource copySource() {
        return new SqliteCopySource(this, connectCurrent());
    }

    /** One to be filled; in a file that is not there yet nothing is seen of it before it is full. */
    CopyTarget copyTarget(Set<PosixFilePermission> permissions) {
        return Files.notExists(file)
                ? new SqliteCopyFile(file, permissions, patience)
                : new SqliteCopyTarget(this, connectCurrent());
    }

    Path file() {
        return file;
    }

    Duration patience() {
        return patience;
    }

    /** What went wrong, in words for people, and of what kind it is. */
    StoreException translate(String what, SQLException failure) {
        return SqliteErrors.translate(what + " the queue " + file, failure);
    }

    /** Only a daemon changes a schema: another one may still work with the old one. */
    private Connection connectCurrent() {
        Connection connection = connect();
        try {
            if (SqliteRecognition.version(connection) < Schema.VERSION) {
                connection.close();
                throw new StoreException(
                        StoreException.Kind.OUTDATED,
                        "the queue " + file + " still has the schema of an older workerd");
            }
            return connection;
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw translate("cannot close", failure);
        }
    }

    Connection connect() {
        SqliteRecognition.recognise(file, true);
        return connect("");
    }

    /** Opens the file that the queue is, and what else is named, through no symbolic link. */
    Connection connectToItself() {
        SqliteRecognition.recognise(file, true);
        return connect(() -> SqliteConnections.openItself(file.toRealPath()));
    }

    /**
     * For one who leaves no trace: where the log is not there to be read, not even SQLite shall make one. Then nobody
     * must write at the same time; whoever finds a log afterwards reads again.
     */
    Connection connectToLook() {
        SqliteRecognition.recognise(file, false);
        Connection connection = connect(hasLog() ? "?mode=ro" : "?immutable=1");
        try (Statement statement = connection.createStatement()) {
            // Whoever looks through millions of jobs sorts on the disk, not in memory.
            statement.execute("pragma temp_store = file");
            return connection;
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    boolean hasLog() {
        return Files.exists(file.resolveSibling(file.getFileName() + "-wal"));
    }

    private interface Opening {
        Connection open() throws SQLException, IOException;
    }

    private Connection connect(String query) {
        return connect(() -> SqliteConnections.open(file, query));
    }

    private Connection connect(Opening opening) {
        try {
            Connection connection = opening.open();
            try {
                configure(connection);
                return connection;
            } catch (SQLException | StoreException failure) {
                connection.close();
                throw failure;
            }
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot open the queue " + file, failure);
        }
    }

    private void configure(Connection connection) throws SQLException {
        BusyHandler.setHandler(connection, new SqliteNap(patience));
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma synchronous = full");
            statement.execute("pragma cache_size = -16384");
            statement.execute("pragma temp_store = memory");
            statement.execute("pragma journal_size_limit = 67108864");
        }
        SqliteRecognition.accept(connection, file);
    }
}
