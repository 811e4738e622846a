package org.workerd.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.workerd.store.Backup;
import org.workerd.store.Changes;
import org.workerd.store.DaemonStore;
import org.workerd.store.Engine;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTarget;

/** Queues that are files of this machine. */
public final class SqliteEngine implements Engine {
    private final SqliteDatabase database;

    /**
     * The queue in this file.
     *
     * @param patience how long a transaction waits for another process's before it gives up
     */
    public SqliteEngine(Path file, Duration patience) {
        this.database = new SqliteDatabase(file, patience);
    }

    @Override
    public String name() {
        return database.file().toString();
    }

    @Override
    public boolean exists() {
        return !Files.notExists(database.file());
    }

    @Override
    public JobStore openOrCreate() {
        return database.openOrCreate();
    }

    @Override
    public JobStore open() {
        return database.open();
    }

    @Override
    public JobQueries openForReading() {
        return database.openForReading();
    }

    @Override
    public DaemonStore serve() {
        return SqliteDaemonStore.open(database);
    }

    @Override
    public Changes changes(JobQueries queries) {
        return new SqliteChanges(database.file(), queries);
    }

    @Override
    public Health health() {
        return database.health();
    }

    @Override
    public Optional<String> script(boolean rolesOnly) {
        return Optional.empty();
    }

    @Override
    public CopySource copySource() {
        return database.copySource();
    }

    @Override
    public CopyTarget copyTarget() {
        return database.copyTarget(SqliteCreation.SHARED);
    }

    /** As a copy for its owner alone. */
    public CopyTarget backupTarget() {
        return database.copyTarget(PosixFilePermissions.fromString("rw-------"));
    }

    /** A copy of it in this file, which must not exist; nothing is done yet. */
    public Backup backup(Path to) {
        return database.backup(to);
    }
}
