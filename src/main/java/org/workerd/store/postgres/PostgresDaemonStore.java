package org.workerd.store.postgres;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.DaemonStore;
import org.workerd.store.Fence;
import org.workerd.store.JobQueries;
import org.workerd.store.Liveness;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.StoreException;
import org.workerd.unix.LockFile;
import org.workerd.unix.UnixException;

/** The queue while a daemon serves it: one connection that writes, and the session by which the daemon is known. */
final class PostgresDaemonStore implements DaemonStore, Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresDaemonStore.class);
    /** A daemon whose session was ended has taken its lock again by then. */
    private static final Duration COMING_BACK = Duration.ofSeconds(1);

    private static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(60);

    private final PostgresDatabase database;
    private final PostgresStore store;
    /** By daemon: since when its lock has been seen free, on the monotonic clock. */
    private final Map<Long, Long> firstFree = new ConcurrentHashMap<>();

    private final DatabaseClock clock;
    private final SleepFlag sleep = new SleepFlag(this);
    /** Whose locks are to be freed by the loop's thread, which has the connection. */
    private final Queue<Long> settled = new ConcurrentLinkedQueue<>();

    private SessionLock.@Nullable Held held;
    private @Nullable PostgresSession session;

    private PostgresDaemonStore(PostgresDatabase database, PostgresStore store) {
        this.database = database;
        this.store = store;
        this.clock = store.alone(DatabaseClock::new);
    }

    static DaemonStore open(PostgresDatabase database) {
        database.refusePooler();
        if (database.migrate()) {
            LOG.info("the queue has the schema of this version now");
        }
        PostgresStore store = database.openStore(new PostgresReads(database.connections()));
        store.limitTransactions(LONGEST_TRANSACTION);
        return new PostgresDaemonStore(database, store);
    }

    @Override
    public <T> T transaction(Function<Moves, T> work) {
        freeSettled();
        sleep.work();
        return store.transaction(work);
    }

    private void freeSettled() {
        for (Long daemon = settled.poll(); daemon != null; daemon = settled.poll()) {
            long dead = daemon;
            store.alone(statements -> {
                PostgresLocks.free(statements, dead);
                return dead;
            });
        }
    }

    /** What is lost is connected again by the next transaction, which has the words for it. */
    @Override
    public Duration idle(Duration longest) {
        try {
            return sleep.idle(longest);
        } catch (StoreException failure) {
            if (!failure.isPassing()) {
                throw failure;
            }
            return SleepFlag.MOMENT;
        }
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public void limitTransactions(Duration longest) {
        store.limitTransactions(longest);
    }

    @Override
    public JobQueries queries() {
        return store.queries();
    }

    @Override
    public void hold(DaemonRow own, Path ledger, Optional<Path> scratch) {
        SessionLock.Held ours = new SessionLock.Held(own, ledger, scratch);
        held = ours;
        session = PostgresSession.hold(database, ours, clock);
    }

    @Override
    public Optional<Guard> handOver() {
        return Optional.ofNullable(session).map(PostgresSession::handOver);
    }

    @Override
    public void keep() {
        if (session != null) {
            session.keep();
        }
    }

    @Override
    public void takeOver(DaemonRow own, Path ledger, Path scratch, Guard guard) {
        SessionLock.Held ours = new SessionLock.Held(own, ledger, Optional.of(scratch));
        held = ours;
        session = PostgresSession.takeOver(database, ours, clock, guard);
    }

    @Override
    public void dismissGuard() {
        if (session != null) {
            session.dismissGuard();
        }
    }

    /** Cut off, the connection that writes would wait for an answer for minutes. */
    @Override
    public void fence(Duration after, Fence fence) {
        if (session != null) {
            session.fence(after, new Fence() {
                @Override
                public void cutOff() {
                    fence.cutOff();
                    store.abort();
                }

                @Override
                public void back() {
                    fence.back();
                }

                @Override
                public void lost() {
                    fence.lost();
                }
            });
        }
    }

    @Override
    public Optional<String> identity() {
        return store.alone(statements -> statements.first(PostgresQueries.IDENTITY, row -> row.getString(1)));
    }

    @Override
    public boolean isFollowed() {
        return session != null && session.takeFollowed();
    }

    private static final String SAY_ASLEEP =
            "update daemons set asleep = ? where id = ? returning pg_current_xact_id()::text::bigint";

    /** Notes in the daemon's row whether it sleeps. The number of the transaction that did so. */
    long sayAsleep(boolean asleep) {
        SessionLock.Held ours = held;
        return ours == null
                ? 0
                : store.alone(statements -> statements
                        .first(SAY_ASLEEP, row -> row.getLong(1), asleep, ours.daemon())
                        .orElse(0L));
    }

    private static final String OLDEST = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    /** Of the transactions that ran when this one began none runs any more. */
    boolean haveAllEndedBefore(long transaction) {
        return store.alone(statements -> statements.number(OLDEST) > transaction);
    }

    @Override
    public Liveness liveness() {
        return this;
    }

    /**
     * A lock that is free may be that of a daemon which is just connecting again: not before it was seen free twice, with
     * the time in between that a live one needs, is its daemon dead. What has died on this machine is known at once.
     */
    @Override
    public Optional<Inheritance> inherit(long daemon) {
        boolean isDead =
                store.alone(statements -> !PostgresLocks.living(statements).contains(daemon)
                        && (isDeadHere(daemon) || (!PostgresLocks.areAllFree(statements) && hasBeenFree(daemon)))
                        && PostgresLocks.takeOver(statements, daemon));
        if (isDead) {
            firstFree.remove(daemon);
        }
        return isDead ? Optional.of(new Place(settled, daemon)) : Optional.empty();
    }

    private boolean hasBeenFree(long daemon) {
        long now = System.nanoTime();
        return now - firstFree.computeIfAbsent(daemon, first -> now) >= COMING_BACK.toNanos();
    }

    /** Its ledger is on this machine, and nobody has it locked. */
    private boolean isDeadHere(long daemon) {
        Path ledger = ledger(daemon);
        try {
            return ledger != null && Files.isRegularFile(ledger, LinkOption.NOFOLLOW_LINKS) && !LockFile.isHeld(ledger);
        } catch (UnixException gone) {
            return false;
        }
    }

    /** Where it would be, were the daemon of this machine; null: we have none ourselves. */
    private @Nullable Path ledger(long daemon) {
        SessionLock.Held ours = held;
        return ours == null ? null : ours.ledger().resolveSibling(daemon + ".lock");
    }

    private record Place(Queue<Long> settled, long daemon) implements Inheritance {
        @Override
        public void settle() {
            close();
        }

        @Override
        public void close() {
            settled.add(daemon);
        }
    }

    @Override
    public boolean watch(long daemon, Runnable ended) {
        PostgresSession known = session;
        if (known != null) {
            known.watch(daemon, () -> firstFree.remove(daemon), ended);
            Path ledger = ledger(daemon);
            if (ledger != null && Files.isRegularFile(ledger, LinkOption.NOFOLLOW_LINKS)) {
                new PeerWatch(database, daemon, ledger, ended).start();
            }
        }
        return known != null;
    }

    @Override
    public void watch(Runnable mayHaveChanged) {
        if (session != null) {
            session.watch(mayHaveChanged);
        }
    }

    @Override
    public void check() {
        // The session looks after itself.
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
            session = null;
        }
        store.close();
    }
}
