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

    /** Only its owner, and that of a file, may remove the file; others may open what its owner has. */
    static boolean isSticky(Path directory) throws IOException {
        return ((Integer) Files.getAttribute(directory, "unix:mode") & 01000) != 0;
    }
}
