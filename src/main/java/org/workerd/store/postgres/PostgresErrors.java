package org.workerd.store.postgres;

import java.io.IOException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.workerd.job.Names;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/** What PostgreSQL says when something fails, in the store's words; of the values concerned, never. */
final class PostgresErrors {
    private PostgresErrors() {}

    static StoreException translate(String what, SQLException failure) {
        SQLException cause = of(failure);
        String state = String.valueOf(cause.getSQLState());
        return switch (state) {
            case "55P03", "40001", "40P01" -> error(Kind.LOCKED, what, "another transaction keeps it locked", cause);
            case "53100" -> error(Kind.DISK, what, "the server's disk is full", cause);
            case "58030" -> error(Kind.DISK, what, "the server's disk failed", cause);
            case "53300" ->
                error(
                        Kind.UNREACHABLE,
                        what,
                        "the server has no connection left for us: close some, or raise max_connections or the role's"
                                + " limit",
                        cause);
            case "25006" ->
                error(Kind.NOT_PERMITTED, what, "the server only reads: it is a standby, or set to read only", cause);
            case "42501" -> error(Kind.NOT_PERMITTED, what, words(cause), cause);
            case "08004" -> error(Kind.NOT_PERMITTED, what, rejection(cause), cause);
            case "3D000" ->
                error(Kind.REFUSED, what, words(cause) + ": create it (createdb), or set queue.url to another", cause);
            case "57014" ->
                error(
                        Kind.OTHER,
                        what,
                        "it took too long and was ended: is the server busy with something else?",
                        cause);
            case "23514", "23505", "23502", "23503" -> new StoreException(Kind.INVALID, rule(cause), cause);
            default -> ofClass(state.length() < 2 ? "" : state.substring(0, 2), what, cause);
        };
    }

    /** By the first two letters of the code. */
    private static StoreException ofClass(String first, String what, SQLException cause) {
        return switch (first) {
            case "08", "57" -> error(Kind.UNREACHABLE, what, connection(cause), cause);
            case "28" -> error(Kind.NOT_PERMITTED, what, words(cause), cause);
            case "22" -> new StoreException(Kind.INVALID, words(cause), cause);
            case "53" -> error(Kind.LOCKED, what, "the server has too little of something: " + words(cause), cause);
            case "XX" -> error(Kind.DAMAGED, what, words(cause), cause);
            default -> error(Kind.OTHER, what, words(cause), cause);
        };
    }

    /** Whether the connection is of no use any more. */
    static boolean isLost(StoreException failure) {
        return failure.kind() == Kind.UNREACHABLE;
    }

    /** Whether a server that works said so, and not one that starts or stops, nor the network. */
    static boolean isAnswer(StoreException failure) {
        return !isLost(failure)
                || (failure.getCause() instanceof SQLException cause
                        && "53300".equals(of(cause).getSQLState()));
    }

    /** Whether something that is to be there once was there already. */
    static boolean isTaken(StoreException failure) {
        return failure.getCause() instanceof SQLException cause && "23505".equals(cause.getSQLState());
    }

    /** A pool wraps what happened. */
    private static SQLException of(SQLException failure) {
        return !(failure instanceof PSQLException) && failure.getCause() instanceof SQLException cause
                ? cause
                : failure;
    }

    private static StoreException error(Kind kind, String what, String why, SQLException cause) {
        return new StoreException(kind, what + ": " + why, cause);
    }

    /** The driver gave up before the server asked who we are. */
    private static String rejection(SQLException failure) {
        return words(failure).contains("SSL")
                ? "the server does not encrypt connections (ssl is off there), and sslmode in queue.url asks for it"
                : "the server wants a password, and none was found: put it into ~/.pgpass, or into a file that"
                        + " queue.password_file names";
    }

    private static String connection(SQLException failure) {
        if (failure.getCause() instanceof SSLException tls) {
            return "no encrypted connection that sslmode in queue.url accepts: " + tls.getMessage()
                    + " (sslrootcert in queue.url names a file with the authority's certificate)";
        }
        if (failure.getCause() instanceof IOException io && io.getMessage() != null) {
            return "the server cannot be reached: " + io.getMessage();
        }
        return words(failure);
    }

    /** Without the details, which may show what was to be stored. */
    private static String words(SQLException failure) {
        ServerErrorMessage said = said(failure);
        String words = said == null ? failure.getMessage() : said.getMessage();
        return String.valueOf(words).strip() + raisedBy(said);
    }

    /** What somebody has added to our tables fails in our statements. */
    private static String raisedBy(@Nullable ServerErrorMessage said) {
        return said == null
                ? ""
                : PostgresOwnSchema.foreignFunction(said.getWhere())
                        .map(name -> " (in the function " + Names.printable(name)
                                + ", which is not workerd's: workerd doctor lists foreign triggers)")
                        .orElse("");
    }

    /** The rules have sentences as their names. */
    private static String rule(SQLException failure) {
        ServerErrorMessage said = said(failure);
        String constraint = said == null ? null : said.getConstraint();
        return constraint != null && constraint.contains(" ") ? constraint : words(failure);
    }

    private static @Nullable ServerErrorMessage said(SQLException failure) {
        return failure instanceof PSQLException known ? known.getServerErrorMessage() : null;
    }
}
