package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes the directories that the daemon's files are in. */
final class Directories {
    private Directories() {}

    /** There is one already, or it is made; one that is a symbolic link counts, which Java's own method refuses. */
    static void make(@Nullable Path directory) throws IOException {
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
    }
}
