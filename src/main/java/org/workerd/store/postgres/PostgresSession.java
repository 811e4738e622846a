package org.workerd.store.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.store.Fence;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;

/**
 * The connection by which a daemon is known to live: the server frees its lock when it ends. New jobs are heard of by it,
 * and which of the daemons that are watched are dead. One thread waits at the server, alone with the connection, and
 * connects again when it is lost.
 */
final class PostgresSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresSession.class);
    /** How long one wait for notifications takes; nobody can interrupt it. */
    private static final int LOOK_MILLIS = 200;

    /** How often the server is asked who lives, which also tells that the connection is there. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final Duration BETWEEN_READINGS = Duration.ofSeconds(30);
    /** The server works and has no place for us: others, who have one, see our lock free for a second, and take over. */
    private static final Duration SHUT_OUT = Duration.ofMillis(500);

    private static final Duration FOREVER = Duration.ofDays(36_525);
    private static final Fence NO_FENCE = new Fence() {
        @Override
        public void cutOff() {}

        @Override
        public void back() {}

        @Override
        public void lost() {}
    };

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final PostgresDatabase database;
    private final Held held;
    private final DatabaseClock clock;
    private final Map<Long, Watch> watched = new HashMap<>();
    private final Thread thread = new Thread(this::work, "postgresql");
    private volatile Runnable mayHaveChanged = () -> {};
    private volatile Duration patience = FOREVER;
    private volatile Fence fence = NO_FENCE;
    private final AtomicBoolean followed = new AtomicBoolean();
    private volatile boolean open = true;
    private Connection connection;
    private Optional<Guardian> guardian;
    /** Of our end of the connection. */
    private int port;

    private long looked = System.nanoTime();
    private long clockRead = System.nanoTime();
    /** When the last question was sent that the server has answered: until then it knew that we live. */
    private long answered = System.nanoTime();

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

    private PostgresSession(PostgresDatabase database, Held held, DatabaseClock clock) {
        this.database = database;
        this.held = held;
        this.clock = clock;
        this.connection = database.connectForSession();
        try {
            this.guardian = take();
        } catch (RuntimeException failure) {
            database.close(connection);
            throw failure;
        }
    }

    /** From now on this daemon is known to live. */
    static PostgresSession hold(PostgresDatabase database, Held held, DatabaseClock clock) {
        PostgresSession session = new PostgresSession(database, held, clock);
        session.thread.setDaemon(true);
        session.thread.start();
        return session;
    }

    void fence(Duration after, Fence what) {
        fence = what;
        patience = after;
    }

    void watch(Runnable hint) {
        mayHaveChanged = hint;
    }

    /** Somebody has asked since the last time what a job prints. */
    boolean takeFollowed() {
        return followed.getAndSet(false);
    }

    /** What is done at each look that finds the lock taken, and once when it is free. */
    private record Watch(Runnable lives, Runnable ended) {}

    /** Says so when the daemon's lock is free, and until then at each look that it lives. */
    void watch(long daemon, Runnable lives, Runnable ended) {
        synchronized (watched) {
            watched.put(daemon, new Watch(lives, ended));
        }
    }

    private static final String CHANNEL = "select quote_ident(left(current_schema(), 58) || '.jobs')";

    private Optional<Guardian> take() {
        try (Statements statements = statements()) {
            if (!PostgresLocks.take(statements, held.daemon())) {
                throw new StoreException(
                        StoreException.Kind.LOCKED,
                        "another session has the lock of this daemon, whose id is " + held.daemon());
            }
            statements.update("listen "
                    + statements.first(CHANNEL, row -> row.getString(1)).orElseThrow());
            port = SessionSockets.lastPort();
            return held.scratch().map(this::startGuardian);
        }
    }

    /** The same, or one in its place when somebody killed it. */
    private Guardian another(Guardian last) {
        if (last.isAlive()) {
            return last;
        }
        LOG.warn("the guardian of this daemon was killed, starting another");
        try {
            return startGuardian(held.scratch().orElseThrow());
        } catch (UnixException notYet) {
            LOG.warn("it cannot be started, trying again: {}", notYet.getMessage());
            return last;
        }
    }

    private Guardian startGuardian(Path scratch) {
        return Guardian.start(port, held.ledger(), scratch);
    }

    private Statements statements() {
        return new Statements(connection, failure -> database.translate("cannot ask", failure));
    }

    private void work() {
        while (open) {
            try {
                PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(LOOK_MILLIS);
                if (heard != null && heard.length > 0) {
                    if (Stream.of(heard).anyMatch(news -> news.getParameter().equals("follow"))) {
                        followed.set(true);
                    }
                    mayHaveChanged.run();
                }
                if (System.nanoTime() - looked >= BETWEEN_LOOKS.toNanos()) {
                    looked = System.nanoTime();
                    guardian = guardian.map(this::another);
                    dead().forEach(Runnable::run);
                }
            } catch (SQLException | StoreException lost) {
                reconnect(lost);
            }
        }
        guardian.ifPresent(Guardian::close);
        database.close(connection);
    }

    /** What is to be said of those whose locks are free. */
    private List<Runnable> dead() {
        Set<Long> living;
        try (Statements statements = statements()) {
            long asked = System.nanoTime();
            living = PostgresLocks.living(statements);
            answered = asked;
            if (asked - clockRead >= BETWEEN_READINGS.toNanos()) {
                clockRead = asked;
                clock.read(statements);
            }
        }
        List<Runnable> dead = new ArrayList<>();
        synchronized (watched) {
            watched.entrySet().removeIf(watch -> {
                boolean isFree = !living.contains(watch.getKey());
                if (isFree) {
                    dead.add(watch.getValue().ended());
                } else {
                    watch.getValue().lives().run();
                }
                return isFree;
            });
        }
        return dead;
    }

    private void reconnect(Exception lost) {
        if (open) {
            LOG.warn("the connection to the server is lost, trying again: {}", lost.getMessage());
        }
        long lostAt = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (open) {
            Answer answer = again();
            if (answer == Answer.TAKEN) {
                return;
            }
            Duration refused = answer == Answer.REFUSED ? since(lostAt) : Duration.ZERO;
            if (since(answered).compareTo(patience) >= 0 || refused.compareTo(SHUT_OUT) >= 0) {
                fence.cutOff();
            }
            boolean isSoonShutOut = answer == Answer.REFUSED && refused.compareTo(SHUT_OUT) < 0;
            sleep(isSoonShutOut ? Span.shorter(pause, SHUT_OUT.minus(refused)) : pause);
            pause = Span.shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** REFUSED: by a server that works, and so may tell others that our lock is free. */
    private enum Answer {
        TAKEN,
        REFUSED,
        NONE
    }

    private Answer again() {
        try {
            connectAgain();
            LOG.info("connected to the server again");
            mayHaveChanged.run();
            return Answer.TAKEN;
        } catch (StoreException notYet) {
            LOG.debug("not yet: {}", notYet.getMessage());
            return PostgresErrors.isAnswer(notYet) ? Answer.REFUSED : Answer.NONE;
        } catch (UnixException notYet) {
            LOG.warn("the guardian of this daemon cannot be started, trying again: {}", notYet.getMessage());
            return Answer.NONE;
        }
    }

    /** The old guardian has the old socket open, and with it the server our old lock. */
    private void connectAgain() {
        guardian.ifPresent(Guardian::close);
        guardian = Optional.empty();
        database.close(connection);
        long asked = System.nanoTime();
        connection = database.connectForSession();
        // Once we have the lock nobody takes over any more; before, somebody may be about to.
        guardian = take();
        if (!isKnown()) {
            fence.lost();
        }
        registerAgain();
        answered = asked;
        fence.back();
    }

    private static final String IS_KNOWN = "select exists (select from daemons where id = ?)";

    /** False: another daemon took this one for dead, and has put back what it ran. */
    private boolean isKnown() {
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

    private void registerAgain() {
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

    private static void sleep(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the server knows: before that nobody takes over what is no daemon's any more. */
    @Override
    public void close() {
        open = false;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
