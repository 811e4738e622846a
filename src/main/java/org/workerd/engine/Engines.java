package org.workerd.engine;

import java.time.Duration;
import org.workerd.store.Engine;
import org.workerd.store.QueueUrl;
import org.workerd.store.sqlite.SqliteEngine;

/** The engine of a queue, by its URL. */
public final class Engines {
    private Engines() {}

    /**
     * Nothing is opened yet.
     *
     * @param patience how long a transaction waits for another process's before it gives up
     */
    public static Engine of(QueueUrl url, Duration patience) {
        // When there is a second kind this becomes a switch without a default.
        QueueUrl.Sqlite sqlite = (QueueUrl.Sqlite) url;
        return new SqliteEngine(sqlite.file(), patience);
    }
}
