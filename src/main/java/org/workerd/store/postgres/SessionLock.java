package org.workerd.store.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.DaemonStore;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;

/**
 * The lock that shows that a daemon lives: the connection that has it, which hears of news too, and the guardian that
 * keeps it until nothing of a killed daemon runs any more. Not thread-safe.
 */
final class SessionLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLock.class);
    private static final String CHANNEL = "select quote_ident(left(current_schema(), 58) || '.jobs')";

    private final PostgresDatabase database;
    private final Held held;
    private final Connection connection;
    /** Of our end of the connection. */
    private final int port;

    private Optional<Guardian> guardian = Optional.empty();

    /**
     * Who holds it.
     *
     * @param own the daemon's row
     * @param ledger what it says that still runs is ended before the server frees the lock
     * @param scratch where the daemon's attempts run, which is their mark; empty: none of them can outlive this process, and no guardian is needed
     */
    record Held(DaemonRow own, Path ledger, Optional<Path> scratch) {
        long daemon() {
            return own.id();
        }
    }

    private SessionLock(PostgresDatabase database, Held held) {
        this.database = database;
        this.held = held;
        this.connection = database.connectForSession();
        this.port = SessionSockets.lastPort();
    }

    /**
     * From now on this daemon is known to live.
     *
     * @throws StoreException also LOCKED, when another daemon is taking over from this one
     * @throws UnixException when no guardian can be started
     */
    static SessionLock take(PostgresDatabase database, Held held) {
        SessionLock lock = new SessionLock(database, held);
        try {
            lock.take();
            return lock;
        } catch (RuntimeException failure) {
            database.close(lock.connection);
            throw failure;
        }
    }

    private void take() {
        try (Statements statements = statements()) {
            if (!PostgresLocks.showLife(statements, held.daemon())) {
                throw new StoreException(
                        StoreException.Kind.LOCKED,
                        "another session has the lock of this daemon, whose id is " + held.daemon());
            }
            PostgresLocks.noteBegin(statements);
            statements.update("listen "
                    + statements.first(CHANNEL, row -> row.getString(1)).orElseThrow());
        }
        guardian = held.scratch().map(this::startGuardian);
    }

    Connection connection() {
        return connection;
    }

    Statements statements() {
        return new Statements(connection, failure -> database.translate("cannot ask", failure));
    }

    /** When somebody killed the guardian, there is another one. */
    void keepGuarded() {
        guardian = guardian.map(this::another);
    }

    private Guardian another(Guardian last) {
        if (last.isAlive()) {
            return last;
        }
        LOG.warn("the guardian of this daemon was killed, starting another");
        try {
            return startGuardian(held.scratch().orElseThrow());
        } catch (UnixException | StoreException notYet) {
            LOG.warn("it cannot be started, trying again: {}", notYet.getMessage());
            return last;
        }
    }

    private Guardian startGuardian(Path scratch) {
        return Guardian.start(port, held.ledger(), scratch);
    }

    /**
     * Another version of the daemon is executed now: the connection ends in this process, and goes on in the guardian.
     *
     * @param left see {@link Guardian#cover}
     * @throws StoreException there is none
     */
    DaemonStore.Guard cover(Duration left) {
        return guardian.filter(Guardian::isAlive)
                .orElseThrow(() ->
                        new StoreException(StoreException.Kind.UNREACHABLE, "the guardian of this daemon was killed"))
                .cover(left);
    }

    void uncover() {
        guardian.ifPresent(Guardian::uncover);
    }

    private static final String IS_KNOWN = "select exists (select from daemons where id = ?)";

    /** False: another daemon took this one for dead, and has put back what it ran. */
    boolean isKnown() {
        try (Statements statements = statements()) {
            return statements.holds(IS_KNOWN, held.daemon());
        }
    }

    /** As asleep: whether it is, the loop knows, and a notification too many does no harm. */
    private static final String REGISTER_AGAIN =
            """
            insert into daemons (id, pid, host, slots, started_at, asleep) overriding system value
            values (?, ?, ?, ?, ?, true)
            on conflict (id) do nothing
            """;

    void registerAgain() {
        DaemonRow own = held.own();
        try (Statements statements = statements()) {
            statements.update(
                    REGISTER_AGAIN,
                    own.id(),
                    own.pid(),
                    own.host(),
                    own.slots(),
                    own.startedAt().toEpochMilli());
        }
    }

    /** The guardian stays: should the daemon be killed before it has another, it still ends what that left running. */
    void disconnect() {
        database.close(connection);
    }

    /** As long as the guardian has the socket open, the server does not free the lock. */
    @Override
    public void close() {
        guardian.ifPresent(Guardian::close);
        guardian = Optional.empty();
        disconnect();
    }
}
