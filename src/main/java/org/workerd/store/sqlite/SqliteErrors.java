package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteException;
import org.workerd.store.StoreException;

/** What SQLite says when something fails, in the store's words. */
final class SqliteErrors {
    private SqliteErrors() {}

    static Connection connect(String url, SQLiteConfig config) throws SQLException {
        return JDBC.createConnection(url, config.toProperties());
    }

    static StoreException translate(String what, SQLException failure) {
        if (!(failure instanceof SQLiteException known)) {
            return new StoreException(StoreException.Kind.OTHER, what + ": " + failure.getMessage(), failure);
        }
        // The lower byte is the primary code; the rest says more than we ask for.
        int code = known.getResultCode().code & 0xff;
        return switch (code) {
            case 5, 6 -> error(StoreException.Kind.LOCKED, what, "another process keeps it locked", failure);
            case 13 -> error(StoreException.Kind.DISK, what, "the disk is full", failure);
            case 10 -> error(StoreException.Kind.DISK, what, "the disk failed or is full", failure);
            case 14 -> error(StoreException.Kind.DISK, what, "one of its files cannot be opened", failure);
            case 8 -> error(StoreException.Kind.NOT_PERMITTED, what, "it is read-only here", failure);
            case 3, 23 -> error(StoreException.Kind.NOT_PERMITTED, what, "permission denied", failure);
            case 9 ->
                error(
                        StoreException.Kind.OTHER,
                        what,
                        "it took too long and was aborted, perhaps because of a trigger that somebody added: see workerd doctor",
                        failure);
            case 11 -> error(StoreException.Kind.DAMAGED, what, "it is damaged; it was left as it was", failure);
            case 26 -> error(StoreException.Kind.REFUSED, what, "it is not a database; it was left as it was", failure);
            case 18, 19 -> new StoreException(StoreException.Kind.INVALID, rule(known), failure);
            default -> error(StoreException.Kind.OTHER, what, String.valueOf(failure.getMessage()), failure);
        };
    }

    static StoreException translate(String what, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return error(StoreException.Kind.NOT_PERMITTED, what, "permission denied", failure);
        }
        if (failure instanceof NoSuchFileException) {
            return error(StoreException.Kind.MISSING, what, "its directory does not exist", failure);
        }
        String reason = failure instanceof java.nio.file.FileSystemException named ? named.getReason() : null;
        return error(
                StoreException.Kind.DISK,
                what,
                reason == null ? String.valueOf(failure.getMessage()) : reason.toLowerCase(java.util.Locale.ROOT),
                failure);
    }

    private static StoreException error(StoreException.Kind kind, String what, String why, Exception cause) {
        return new StoreException(kind, what + ": " + why, cause);
    }

    /** The sentence of the rule that was broken, out of "[CODE] words (CHECK constraint failed: sentence)". */
    private static String rule(SQLiteException failure) {
        String message = String.valueOf(failure.getMessage());
        int open = message.indexOf('(');
        String inner = open < 0 ? message : message.substring(open + 1, message.length() - 1);
        int colon = inner.indexOf("failed: ");
        return colon < 0 ? inner : inner.substring(colon + "failed: ".length());
    }
}
