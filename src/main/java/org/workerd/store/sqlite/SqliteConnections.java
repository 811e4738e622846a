package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Properties;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;
import org.workerd.store.StoreException;

/** Connections to SQLite's files, whatever they are called. */
final class SqliteConnections {
    /** In bytes: SQLite's 512, less what it appends for its other files. */
    private static final int LONGEST_PATH = 500;

    /** SQLITE_OPEN_NOFOLLOW, which the driver has no name for. */
    private static final int NO_FOLLOW = 0x01000000;

    private static final String OPEN_MODE = SQLiteConfig.Pragma.OPEN_MODE.pragmaName;

    private SqliteConnections() {}

    /**
     * Opens the file.
     *
     * @param query what follows the path in SQLite's URI, with its question mark
     */
    static Connection open(Path file, String query) throws SQLException {
        checkLength(file, 0);
        return SqliteErrors.connect(uri(file, query), config());
    }

    /**
     * Opens the file, or makes one, but never through a symbolic link that somebody put there instead; nor does this
     * connection any other file.
     */
    static Connection openItself(Path file) throws SQLException, IOException {
        checkLength(file, 0);
        Properties options = config().toProperties();
        options.setProperty(OPEN_MODE, Integer.toString(config().getOpenModeFlags() | NO_FOLLOW));
        return SqliteErrors.connect(uri(real(file), ""), new SQLiteConfig(options));
    }

    /** Where the file is, or will be: SQLite takes a link on the way for one of the file. */
    static Path real(Path file) throws IOException {
        return file.resolveSibling("").toRealPath().resolve(file.getFileName());
    }

    /**
     * SQLite says of a longer path only that it cannot be opened.
     *
     * @param more what is to be appended to it
     */
    static void checkLength(Path file, int more) {
        int length = file.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length + more > LONGEST_PATH) {
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "the path of the queue is too long: it has " + length + " bytes, SQLite supports at most "
                            + (LONGEST_PATH - more) + "; set queue.url to a shorter path, was " + file);
        }
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        // Else the driver asks for the last id after every insert: five times the cost of a batch.
        config.setGetGeneratedKeys(false);
        // The driver lets one thread at a time into a connection; SQLite need not lock each of its calls, too.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        return config;
    }

    /** Every character that means something in a URI is escaped: a queue may live below any directory. */
    private static String uri(Path path, String query) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : path.toString().getBytes(StandardCharsets.UTF_8)) {
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
}
