package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** A queue's database: made, recognised, refused, opened. Thread-safe. */
public final class PostgresDatabase {
    private final QueueUrl.Postgres url;
    private final PostgresConnections connections;

    /**
     * The queue at this place.
     *
     * @param environment where a password may be, or be said to be
     * @param patience how long a transaction waits for another one's lock before it gives up
     */
    public PostgresDatabase(QueueUrl.Postgres url, Map<String, String> environment, Duration patience) {
        this.url = url;
        this.connections = new PostgresConnections(url, new PostgresPassword(url, environment), patience);
    }

    /** Opens the queue for writing, and makes it where there is none, or brings it up to date. Throws as {@link #open}. */
    public JobStore openOrCreate() {
        migrate();
        return open();
    }

    /**
     * Opens the queue for writing.
     *
     * @throws StoreException UNREACHABLE, NOT_PERMITTED, REFUSED, MISSING, NEWER or OUTDATED
     */
    public JobStore open() {
        return openStore(this::connectToRead);
    }

    PostgresStore openStore(ReadConnections reads) {
        return new PostgresStore(this, reads, connectCurrent());
    }

    /** Opens the queue for reading, by one connection of its own. Throws as {@link #open} does. */
    public JobQueries openForReading() {
        Connection connection = connectToRead();
        try (Statements statements = statements(connection, "cannot open")) {
            checkCurrent(statements);
            return new PostgresQueries(this, connection, () -> 0);
        } catch (StoreException refusal) {
            close(connection);
            throw refusal;
        }
    }

    /** Throws as {@link #open} does. */
    PostgresHealth health() {
        Connection connection = connectToRead();
        try (Statements statements = statements(connection, "cannot open")) {
            checkCurrent(statements);
            return new PostgresHealth(this, connection);
        } catch (StoreException refusal) {
            close(connection);
            throw refusal;
        }
    }

    /** All of it, as of now. Throws as {@link #open} does. */
    PostgresCopySource copySource() {
        refusePooler();
        Connection connection = connectToRead();
        try (Statements statements = statements(connection, "cannot open")) {
            checkCurrent(statements);
            return new PostgresCopySource(this, connection);
        } catch (StoreException refusal) {
            close(connection);
            throw refusal;
        }
    }

    /** One to be filled, made where there is none. */
    PostgresCopyTarget copyTarget() {
        refusePooler();
        return new PostgresCopyTarget(this, connectToWrite());
    }

    /**
     * Makes the queue where there is none, or brings its schema up to date: for a daemon, before it works with it.
     *
     * @return whether there was anything to do
     */
    public boolean migrate() {
        return new PostgresMigration(this, PostgresSchema.VERSION, PostgresSchema.steps()).migrate();
    }

    public QueueUrl.Postgres url() {
        return url;
    }

    /** What went wrong, in words for people, and of what kind it is. */
    StoreException translate(String what, SQLException failure) {
        return PostgresErrors.translate(what + " the queue " + url.text(), failure);
    }

    private static final String VERSION = "select coalesce(max(number), 0) from schema_steps";

    /**
     * Of the queue's schema; 0: there is none.
     *
     * @throws StoreException REFUSED or NEWER, when nothing of ours can be done there
     */
    int version(Statements statements) {
        PostgresFacts facts = facts(statements);
        facts.checkServer(url);
        if (!facts.hasQueue()) {
            return 0;
        }
        facts.checkQueue(url);
        int version = (int) statements.number(VERSION);
        if (version > PostgresSchema.VERSION) {
            throw new StoreException(
                    StoreException.Kind.NEWER,
                    "the schema of " + url.text() + " is of version " + version + ", this workerd knows "
                            + PostgresSchema.VERSION + ": install the version that the other machines have");
        }
        return version;
    }

    private PostgresFacts facts(Statements statements) {
        return statements
                .first(PostgresFacts.ASK, PostgresFacts::read, url.schema())
                .orElseThrow();
    }

    /** Only a daemon changes a schema. */
    private void checkCurrent(Statements statements) {
        int version = version(statements);
        if (version == 0) {
            facts(statements).checkQueue(url);
        }
        if (version < PostgresSchema.VERSION) {
            throw new StoreException(
                    StoreException.Kind.OUTDATED,
                    "the schema of " + url.text() + " is that of an older workerd, which ran it last");
        }
    }

    /** For moves. Throws as {@link #open} does. */
    Connection connectCurrent() {
        Connection connection = connectToWrite();
        try (Statements statements = statements(connection, "cannot open")) {
            checkCurrent(statements);
            connection.commit();
            return connection;
        } catch (SQLException failure) {
            close(connection);
            throw translate("cannot open", failure);
        } catch (StoreException refusal) {
            close(connection);
            throw refusal;
        }
    }

    Connection connectToWrite() {
        try {
            return connections.openToWrite();
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    Connection connectToRead() {
        try {
            Connection connection = connections.openToRead();
            connections.begin(connection);
            return connection;
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    /** Before the first statement of a transaction. */
    void begin(Connection connection) {
        try {
            connections.begin(connection);
        } catch (SQLException failure) {
            throw translate("cannot write to", failure);
        }
    }

    /**
     * For whoever needs a session of his own, before anything is done.
     *
     * @throws StoreException REFUSED, when a connection pooler stands between us and the server
     */
    void refusePooler() {
        try (Connection connection = connections.openToRead()) {
            if (PostgresConnections.isPooled(connection)) {
                throw new StoreException(
                        StoreException.Kind.REFUSED,
                        url.text()
                                + " leads through a connection pooler, which shares its sessions with others: a daemon"
                                + " is known to live by a session of its own, and backup and copy need one, too; name"
                                + " the server itself in queue.url");
            }
        } catch (SQLException failure) {
            throw translate("cannot open", failure);
        }
    }

    /** By which a daemon is known to live. */
    Connection connectForSession() {
        try {
            return connections.openForSession();
        } catch (SQLException failure) {
            throw translate("cannot open a session with", failure);
        }
    }

    PostgresConnections connections() {
        return connections;
    }

    private Statements statements(Connection connection, String what) {
        return new Statements(connection, failure -> translate(what, failure));
    }

    /** One that the server has ended already is closed, too. */
    void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException gone) {
            // Nothing of it is left on either side.
        }
    }
}
