package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue's file as it was opened: when somebody removes or replaces it, we go on with one that nobody else sees. */
final class QueueFile {
    private static final Logger LOG = LoggerFactory.getLogger(QueueFile.class);

    private final Path path;
    private final @Nullable Object identity;
    private boolean told;

    QueueFile(Path path) {
        this.path = path;
        this.identity = identity(path);
    }

    /** Says so once, for it is for people to decide what of the two they want. */
    void check() {
        if (!told && !Objects.equals(identity, identity(path))) {
            told = true;
            LOG.error(
                    "the queue {} was removed or replaced while it was open: new jobs do not run until workerd"
                            + " is restarted",
                    path);
        }
    }

    private static @Nullable Object identity(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
