package org.workerd.store.postgres;

import java.time.Duration;
import java.util.Optional;
import org.workerd.store.Changes;
import org.workerd.store.DaemonStore;
import org.workerd.store.Engine;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.OutputFeeds;
import org.workerd.store.QueueUrl;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTarget;

/** Queues in databases of PostgreSQL. */
public final class PostgresEngine implements Engine {
    private final QueueUrl.Postgres url;
    private final PostgresDatabase database;

    /**
     * The queue at this place.
     *
     * @param patience how long a transaction waits for another one's lock before it gives up
     */
    public PostgresEngine(QueueUrl.Postgres url, Duration patience) {
        this.url = url;
        this.database = new PostgresDatabase(url, System.getenv(), patience);
    }

    @Override
    public String name() {
        return url.text();
    }

    /** Only who connects knows. */
    @Override
    public boolean exists() {
        return true;
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
        return PostgresDaemonStore.open(database);
    }

    @Override
    public Changes changes(JobQueries queries) {
        return new PostgresChanges(queries);
    }

    @Override
    public Optional<OutputFeeds> feeds() {
        return Optional.of(new PostgresFeeds(database));
    }

    @Override
    public Health health() {
        return database.health();
    }

    @Override
    public Optional<String> script(boolean rolesOnly) {
        return Optional.of(rolesOnly ? PostgresScript.roles(url.schema()) : PostgresScript.all(url.schema()));
    }

    @Override
    public CopySource copySource() {
        return database.copySource();
    }

    @Override
    public CopyTarget copyTarget() {
        return database.copyTarget();
    }
}
