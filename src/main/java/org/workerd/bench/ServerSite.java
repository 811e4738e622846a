package org.workerd.bench;

import java.time.Duration;
import java.util.Locale;
import org.workerd.engine.Engines;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.postgres.PostgresBareLoops;

/** A queue of the bench's own, in a schema of its own beside somebody's queue on a server. Closing it removes it. */
final class ServerSite implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final QueueUrl.Postgres url;
    private boolean closed;

    private ServerSite(QueueUrl.Postgres url) {
        this.url = url;
    }

    /** Throws StoreException, when the user may make no schema there. */
    static ServerSite make(QueueUrl.Postgres beside) {
        String schema = String.format(
                Locale.ROOT, "workerd_bench_%d", ProcessHandle.current().pid());
        ServerSite site = new ServerSite(beside.withSchema(schema));
        site.store().close();
        return site;
    }

    JobStore store() {
        return Engines.of(url, PATIENCE).openOrCreate();
    }

    PostgresBareLoops bare() {
        return PostgresBareLoops.open(url);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try (PostgresBareLoops bare = bare()) {
                bare.dropSchema();
            }
        }
    }
}
