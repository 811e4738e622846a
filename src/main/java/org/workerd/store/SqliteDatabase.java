package org.workerd.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.BusyHandler;
import org.sqlite.SQLiteConfig;

/**
 * A queue's file: made, recognised, refused, opened. Never through Java's own file I/O once SQLite has it open in this
 * process: closing such a stream drops SQLite's locks.
 */
public final class SqliteDatabase {
    /** Waiters that sleep longer and longer, as SQLite's own do, starve beside a busy daemon (measured: to 1.8 s). */
    private static final long NAP_NANOS = 300_000;

    /** In bytes: half a second's reading. */
    private static final long LARGE = 1L << 28;

    static final String DRAFT = ".new-";

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
    public JobStore openOrCreate() {
        if (!Files.exists(file)) {
            create();
        }
        return open();
    }

    /**
     * Opens the queue for writing.
     *
     * @throws StoreException MISSING, REFUSED, DAMAGED or NOT_PERMITTED; the file is left as it was
     */
    public JobStore open() {
        return new SqliteStore(this, connect());
    }

    /** Opens the queue for reading. Throws as {@link #open} does. */
    public JobQueries openForReading() {
        return new SqliteQueries(this, connect(), true);
    }

    /**
     * Reads all of the queue's pages; of a large one none, for that would take longer than a start may.
     *
     * @throws StoreException DAMAGED, with what is wrong
     */
    public void check() {
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

    /** What can be said of its health, without a change to anything. Throws as {@link #open} does. */
    public SqliteHealth health() {
        return new SqliteHealth(this, connectToLook());
    }

    /** A copy of it in this file, which must not exist; nothing is done yet. */
    public SqliteBackup backup(Path to) {
        return new SqliteBackup(this, to);
    }

    Path file() {
        return file;
    }

    Duration patience() {
        return patience;
    }

    /** A name beside the file's for one that is not whole yet; what a crash leaves is known by it. */
    static Path draft(Path file) {
        return file.resolveSibling(file.getFileName() + DRAFT + UUID.randomUUID());
    }

    /** What went wrong, in words for people, and of what kind it is. */
    StoreException translate(String what, SQLException failure) {
        return SqliteErrors.translate(what + " the queue " + file, failure);
    }

    Connection connect() {
        recognise(true);
        return connect("");
    }

    /**
     * For one who leaves no trace: where the log is not there to be read, not even SQLite shall make one. Then nobody
     * must write at the same time; whoever finds a log afterwards reads again.
     */
    Connection connectToLook() {
        recognise(false);
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

    private Connection connect(String query) {
        try {
            Connection connection = SqliteErrors.connect(uri(query), config());
            try {
                configure(connection);
                return connection;
            } catch (SQLException | StoreException failure) {
                connection.close();
                throw failure;
            }
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    /** Looks at the header alone, through SQLite but without locks, so that a file that is not ours stays untouched. */
    private void recognise(boolean toWrite) {
        try {
            // Not Files.exists: what stands in a directory that we may not enter is not missing.
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new StoreException(StoreException.Kind.REFUSED, file + " is not a regular file");
            }
            if (toWrite && !Files.isWritable(file) && Files.getFileStore(file).isReadOnly()) {
                throw new StoreException(
                        StoreException.Kind.DISK, "cannot open the queue " + file + ": its file system is read-only");
            }
            if (!Files.isReadable(file) || (toWrite && !Files.isWritable(file))) {
                throw new StoreException(
                        StoreException.Kind.NOT_PERMITTED, "cannot open the queue " + file + ": permission denied");
            }
            if (Files.size(file) == 0) {
                throw new StoreException(
                        StoreException.Kind.REFUSED, file + " is an empty file, not a queue; remove it to begin anew");
            }
            try (Connection peek = SqliteErrors.connect(uri("?immutable=1"), config());
                    Statement statement = peek.createStatement()) {
                // Without it a file that a checkpoint is just making longer is taken for a damaged one.
                statement.execute("pragma writable_schema = on");
                accept(peek);
            }
        } catch (NoSuchFileException failure) {
            throw new StoreException(StoreException.Kind.MISSING, "there is no queue at " + file, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot open the queue " + file, failure);
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    /** Our mark, and a version that we know? */
    private void accept(Connection connection) throws SQLException {
        if (pragma(connection, "application_id") != Schema.APPLICATION_ID) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    file + " is a database, but not a queue of workerd; it was left as it was");
        }
        int version = pragma(connection, "user_version");
        if (version > Schema.VERSION || version < 1) {
            throw new StoreException(
                    StoreException.Kind.REFUSED,
                    "the queue " + file + " has the schema " + version + " of another version of workerd, this one"
                            + " knows 1 to " + Schema.VERSION + "; it was left as it was");
        }
    }

    /** Made whole under another name and then linked: nobody ever sees half a queue, and the first of several wins. */
    private void create() {
        Path draft = draft(file);
        try {
            Files.createFile(draft);
            try {
                Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-rw----"));
                try (Connection connection = SqliteErrors.connect(uri(draft, ""), config())) {
                    fill(connection);
                }
                Files.createLink(file, draft);
                syncDirectory();
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException raced) {
            // Somebody else made it in the meantime, whole as well.
        } catch (SQLException failure) {
            throw SqliteErrors.translate("cannot make the queue " + file, failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot make the queue " + file, failure);
        }
    }

    private static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma synchronous = full");
            statement.execute("begin immediate");
            for (String step : Schema.after(0)) {
                statement.executeUpdate(step);
            }
            statement.execute("pragma application_id = " + Schema.APPLICATION_ID);
            statement.execute("pragma user_version = " + Schema.VERSION);
            statement.execute("commit");
        }
    }

    private void syncDirectory() throws IOException {
        Path directory = file.getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private void configure(Connection connection) throws SQLException {
        BusyHandler.setHandler(connection, new Nap(patience));
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma synchronous = full");
            statement.execute("pragma cache_size = -16384");
            statement.execute("pragma temp_store = memory");
            statement.execute("pragma journal_size_limit = 67108864");
        }
        accept(connection);
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        // Else the driver asks for the last id after every insert: five times the cost of a batch.
        config.setGetGeneratedKeys(false);
        return config;
    }

    private String uri(String query) {
        return uri(file, query);
    }

    /** Every character that means something in a URI is escaped: a queue may live below any directory. */
    private static String uri(Path path, String query) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xff);
            boolean plain = character == '/'
                    || character == '.'
                    || character == '_'
                    || character == '-'
                    || (character >= '0' && character <= '9')
                    || (character >= 'A' && character <= 'Z')
                    || (character >= 'a' && character <= 'z');
            escaped.append(
                    plain ? String.valueOf(character) : "%" + HexFormat.of().toHexDigits(octet));
        }
        return "jdbc:sqlite:file:" + escaped + query;
    }

    private static int pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("pragma " + name)) {
            return row.getInt(1);
        }
    }

    /** Waits in naps of equal length, so that no waiter falls behind the later ones. */
    private static final class Nap extends BusyHandler {
        private final long patienceNanos;
        private long since;

        Nap(Duration patience) {
            this.patienceNanos = patience.toNanos();
        }

        @Override
        protected int callback(int calledBefore) {
            if (calledBefore == 0) {
                since = System.nanoTime();
            }
            if (System.nanoTime() - since >= patienceNanos) {
                return 0;
            }
            LockSupport.parkNanos(NAP_NANOS);
            return 1;
        }
    }
}
