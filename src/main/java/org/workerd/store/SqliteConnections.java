package org.workerd.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** Connections to SQLite's files, whatever they are called. */
final class SqliteConnections {
    /** In bytes: SQLite's 512, less what it appends for its other files. */
    private static final int LONGEST_PATH = 500;

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
     * SQLite says of a longer path only that it cannot be opened.
     *
     * @param more what is to be appended to it
     */
    static void checkLength(Path file, int more) {
        int length = file.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length + more > LONGEST_PATH) {
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "the path of the queue is too long: it has " + length + " bytes, SQLite opens at most "
                            + (LONGEST_PATH - more) + "; set queue.url to a shorter one, was " + file);
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
