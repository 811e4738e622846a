package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
import org.workerd.unix.Watcher;

/** The queue's file while a daemon serves it: behind the turnstile, with a watch on the file's log. */
final class SqliteDaemonStore implements DaemonStore {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteDaemonStore.class);
    /** Of computing, not of waiting: what a turn does takes milliseconds. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(60);

    private static final int STICKY = 01000;

    private final SqliteDatabase database;
    private final SqliteStore store;
    private final Turnstile turnstile;
    private final FairWriter writer;
    private final QueueFile file;
    private @Nullable Watcher watcher;
    private boolean open = true;

    private SqliteDaemonStore(SqliteDatabase database, SqliteStore store) {
        this.database = database;
        this.store = store;
        this.turnstile = new Turnstile(database.file());
        this.writer = new FairWriter(store, turnstile);
        this.file = new QueueFile(database.file());
    }

    static DaemonStore open(SqliteDatabase database) {
        database.migrate()
                .ifPresent(
                        copy -> LOG.info("migrated the queue to a newer schema; a copy of the old one is in {}", copy));
        SqliteStore store = database.openOrCreate();
        try {
            database.checkSchema().forEach(what -> LOG.warn("{} of the queue was missing and was created again", what));
            database.check();
            store.limitTransactions(LONGEST_TRANSACTION);
            return new SqliteDaemonStore(database, store);
        } catch (RuntimeException damaged) {
            store.close();
            throw damaged;
        }
    }

    @Override
    public <T> T transaction(Function<Moves, T> work) {
        return writer.write(work);
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
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public Liveness liveness() {
        return new SqliteLiveness(database.file());
    }

    /** The lock that all go by is that of the ledger itself, and whoever takes over looks at what it tells. */
    @Override
    public void hold(DaemonRow own, Path ledger, Optional<Path> scratch) {}

    @Override
    public void fence(Duration after, Fence fence) {}

    @Override
    public Duration idle(Duration longest) {
        return longest;
    }

    @Override
    public void watch(Runnable mayHaveChanged) {
        String log = database.file().getFileName() + "-wal";
        watcher = new Watcher(List.of(new Watcher.Watch(this::directory, log::equals, mayHaveChanged)));
        watcher.start();
    }

    @Override
    public void check() {
        file.check();
        if (watcher != null) {
            watcher.renew();
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        if (watcher != null) {
            watcher.close();
        }
        turnstile.close();
        try {
            if (isSticky()) {
                database.leaveLog();
            }
        } catch (IOException | StoreException failure) {
            LOG.warn("while stopping: {}", failure.getMessage());
        } finally {
            store.close();
        }
    }

    private boolean isSticky() throws IOException {
        return ((Integer) Files.getAttribute(directory(), "unix:mode") & STICKY) != 0;
    }

    private Path directory() {
        return database.file().resolveSibling("");
    }
}
