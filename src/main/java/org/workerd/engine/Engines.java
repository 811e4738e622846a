package org.workerd.engine;

import java.nio.file.Path;
import java.time.Duration;
import org.workerd.store.Backup;
import org.workerd.store.Engine;
import org.workerd.store.QueueUrl;
import org.workerd.store.postgres.PostgresEngine;
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
        if (url instanceof QueueUrl.Sqlite sqlite) {
            return new SqliteEngine(sqlite.file(), patience);
        }
        if (url instanceof QueueUrl.Postgres postgres) {
            return new PostgresEngine(postgres, patience);
        }
        throw new IllegalArgumentException("no engine for " + url.text());
    }

    /** A copy of the queue in this file, which must not exist; nothing is done yet. */
    public static Backup backup(QueueUrl url, Path to, Duration patience) {
        return url instanceof QueueUrl.Sqlite sqlite
                ? new SqliteEngine(sqlite.file(), patience).backup(to)
                : new CopiedBackup(of(url, patience), new SqliteEngine(to, patience), to);
    }
}
