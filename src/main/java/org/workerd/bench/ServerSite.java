package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.workerd.engine.Engines;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.postgres.PostgresBareLoops;

/** A queue of the bench's own, in a schema of its own beside somebody's queue on a server. Closing it removes it. */
final class ServerSite implements AutoCloseable {
    private static final String FIRST = "server-first";
    private static final String SECOND = "server-second";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final QueueUrl.Postgres url;
    private final Site local;
    private boolean closed;

    private ServerSite(QueueUrl.Postgres url, Site local) {
        this.url = url;
        this.local = local;
    }

    /** Throws StoreException, when the user may make no schema there. */
    static ServerSite make(QueueUrl.Postgres beside, Site local) throws IOException {
        String schema = String.format(
                Locale.ROOT, "workerd_bench_%d", ProcessHandle.current().pid());
        ServerSite site = new ServerSite(beside.withSchema(schema), local);
        try {
            site.store().close();
            local.serve(site.url, FIRST);
            local.serve(site.url, SECOND);
            return site;
        } catch (RuntimeException | IOException failure) {
            local.close();
            throw failure;
        }
    }

    /** What of it is on this machine, and a queue in a file to compare with. */
    Site local() {
        return local;
    }

    /** A daemon of this queue; there are two. */
    BenchDaemon first() {
        return new BenchDaemon(local, FIRST);
    }

    BenchDaemon second() {
        return new BenchDaemon(local, SECOND);
    }

    JobQueries queries() {
        return Engines.of(url, PATIENCE).openForReading();
    }

    JobStore store() {
        return Engines.of(url, PATIENCE).openOrCreate();
    }

    PostgresBareLoops bare() {
        return PostgresBareLoops.open(url);
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            local.close();
            try (PostgresBareLoops bare = bare()) {
                bare.dropSchema();
            }
        }
    }
}
