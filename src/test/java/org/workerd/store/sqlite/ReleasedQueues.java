package org.workerd.store.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * Queues that released versions made, with jobs in every state. 0.1.0's was left by a daemon that was killed: jobs 1 and
 * 2 are done, 3 is dead for the second time, 4 retrying, 5 and 6 are claimed, and somebody wants 6 cancelled; 8, 9, 16
 * and 18 are ready, 10, 14 and 20 scheduled, 11, 12, 17 and 19 wait for 5 or 12, 13 and 15 are cancelled; 16 was retried
 * although it waits for 15.
 */
final class ReleasedQueues {
    private ReleasedQueues() {}

    /** Writes the queue of that version to a file that does not exist yet. */
    static Path write(String version, Path file) throws IOException {
        String name = "queue-" + version + ".db.gz";
        try (InputStream packed =
                Objects.requireNonNull(ReleasedQueues.class.getResourceAsStream(name), "no resource " + name)) {
            Files.copy(new GZIPInputStream(packed), file);
        }
        return file;
    }
}
