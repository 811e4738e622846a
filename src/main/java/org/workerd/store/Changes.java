package org.workerd.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Sleeps until somebody has changed the queue. For one thread. */
public interface Changes extends AutoCloseable {
    /** Returns when the queue was changed since the last call, at the latest after this time or a second. */
    void await(Duration most) throws InterruptedException;

    /** Wakes for what happens in this directory too. False: it cannot be watched (yet). */
    boolean watch(Path directory);

    @Override
    void close() throws IOException;
}
