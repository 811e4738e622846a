package org.workerd.store.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.store.DaemonStore;
import org.workerd.store.Fence;
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

    /** The same while no other daemon is known whose death would be seen. */
    private static final Duration BETWEEN_LOOKS_ALONE = Duration.ofSeconds(2);
    /** By this part of the time that it may be without an answer a daemon has asked again. */
    private static final int OF_PATIENCE = 5;

    private static final Duration BETWEEN_READINGS = Duration.ofSeconds(30);
    /** The server works and has no place for us: others, who have one, see our lock free for a second, and take over. */
    private static final Duration SHUT_OUT = Duration.ofMillis(250);

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
    private final SessionLock.Held held;
    private final DatabaseClock clock;
    private final Map<Long, Watch> watched = new HashMap<>();
    private final Thread thread = new Thread(this::work, "postgresql");
    private volatile Runnable mayHaveChanged = () -> {};
    private volatile Duration patience = FOREVER;
    private volatile Fence fence = NO_FENCE;
    private final AtomicBoolean followed = new AtomicBoolean();
    private volatile boolean open = true;
    /** Whoever has it finds the session as it stays. */
    private final ReentrantLock changing = new ReentrantLock();

    private SessionLock lock;
    /** That of the version of this daemon before, until what it left running is known here. */
    private @Nullable Guardian before;

    private volatile boolean dismissing;
    /** Another daemon took this one for dead while this version of it ran. */
    private boolean takenOver;

    private long looked = System.nanoTime();
    private long clockRead = System.nanoTime();
    /** When the last question was sent that the server has answered: until then it knew that we live. */
    private long answered = System.nanoTime();

    private PostgresSession(PostgresDatabase database, SessionLock.Held held, DatabaseClock clock) {
        this.database = database;
        this.held = held;
        this.clock = clock;
        this.lock = SessionLock.take(database, held);
    }

    /** From now on this daemon is known to live. */
    static PostgresSession hold(PostgresDatabase database, SessionLock.Held held, DatabaseClock clock) {
        PostgresSession session = new PostgresSession(database, held, clock);
        session.start();
        return session;
    }

    /** The same, of a daemon that has just executed this version of itself; the guard stays until it is dismissed. */
    static PostgresSession takeOver(
            PostgresDatabase database, SessionLock.Held held, DatabaseClock clock, DaemonStore.Guard guard) {
        Guardian before = Guardian.inherit(guard);
        PostgresSession session = new PostgresSession(database, held, clock);
        try {
            session.before = before;
            session.lock.registerAgain();
            session.start();
            return session;
        } catch (RuntimeException failure) {
            session.lock.close();
            throw failure;
        }
    }

    private void start() {
        thread.setDaemon(true);
        thread.start();
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

    /**
     * Another version of the daemon is about to be executed: nothing changes until that, or {@link #keep}. For one thread.
     *
     * @throws StoreException while the server cannot be reached
     */
    DaemonStore.Guard handOver() {
        if (!changing.tryLock()) {
            throw notNow("the session is being asked, or connects again");
        }
        try {
            if (before != null) {
                // Executed again, this process would be gone for it, and with it all that runs.
                throw notNow("the guardian of the version before is not let go yet");
            }
            return lock.cover(patience.minus(since(answered)));
        } catch (RuntimeException failure) {
            changing.unlock();
            throw failure;
        }
    }

    private static StoreException notNow(String why) {
        return new StoreException(StoreException.Kind.UNREACHABLE, why);
    }

    /** It was not executed. */
    void keep() {
        if (changing.isHeldByCurrentThread()) {
            try {
                lock.uncover();
            } finally {
                changing.unlock();
            }
        }
    }

    /** What runs can be stopped from here: whoever saw to that until now is let go once the server has answered again. */
    void dismissGuard() {
        dismissing = true;
    }

    private void work() {
        while (open) {
            try {
                hear();
                if (dismissing || since(looked).compareTo(betweenLooks()) >= 0) {
                    alone(this::look);
                }
            } catch (SQLException | RuntimeException lost) {
                // Whatever it is: without this thread nobody knows that the daemon lives, and it does not know it
                // either.
                alone(() -> reconnect(lost));
            }
        }
        lock.close();
    }

    private Duration betweenLooks() {
        synchronized (watched) {
            return watched.isEmpty() && BETWEEN_LOOKS_ALONE.compareTo(patience.dividedBy(OF_PATIENCE)) <= 0
                    ? BETWEEN_LOOKS_ALONE
                    : BETWEEN_LOOKS;
        }
    }

    private void alone(Runnable change) {
        changing.lock();
        try {
            change.run();
        } finally {
            changing.unlock();
        }
    }

    private void hear() throws SQLException {
        PGNotification[] heard = lock.connection().unwrap(PGConnection.class).getNotifications(LOOK_MILLIS);
        if (heard != null && heard.length > 0) {
            if (Stream.of(heard).anyMatch(news -> news.getParameter().equals("follow"))) {
                followed.set(true);
            }
            mayHaveChanged.run();
        }
    }

    private void look() {
        looked = System.nanoTime();
        lock.keepGuarded();
        dead().forEach(Runnable::run);
        Guardian last = before;
        if (dismissing && last != null) {
            if (takenOver) {
                // What runs was resumed by claims that may have been read before that.
                fence.lost();
            }
            last.close();
            before = null;
        }
        dismissing = false;
    }

    /** What is to be said of those whose locks are free. */
    private List<Runnable> dead() {
        Set<Long> living;
        try (Statements statements = lock.statements()) {
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
        } catch (RuntimeException bug) {
            LOG.error("cannot connect to the server, trying again", bug);
            return Answer.NONE;
        }
    }

    private void connectAgain() {
        lock.disconnect();
        long asked = System.nanoTime();
        // Once we have the lock nobody takes over any more; before, somebody may be about to.
        SessionLock next = SessionLock.take(database, held);
        lock.close();
        lock = next;
        if (!lock.isKnown()) {
            takenOver = true;
            fence.lost();
        }
        lock.registerAgain();
        answered = asked;
        fence.back();
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
