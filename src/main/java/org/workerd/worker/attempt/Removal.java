package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * Removes a tree, each directory through its descriptor: never through a symbolic link, not even one that takes a
 * directory's place meanwhile, and however deep the tree is.
 */
final class Removal {
    /** At each level a descriptor is open; what is deeper moves up first. */
    private static final int DEEPEST = 16;

    private final Path top;
    private long moved;

    private Removal(Path top) {
        this.top = top;
    }

    /** What is there goes, if anything is. */
    static void of(Path tree) throws IOException {
        if (isDirectory(tree)) {
            within(tree, opened -> new Removal(opened).empty());
        }
        Files.deleteIfExists(tree);
    }

    private interface Action {
        void on(Path opened) throws IOException;
    }

    private void empty() throws IOException {
        long before;
        do {
            before = moved;
            empty(top, 0);
        } while (moved > before);
    }

    private void empty(Path opened, int depth) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(opened)) {
            for (Path entry : entries) {
                remove(entry, depth);
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
    }

    private void remove(Path entry, int depth) throws IOException {
        if (isDirectory(entry)) {
            if (depth == DEEPEST) {
                moveUp(entry);
                return;
            }
            within(entry, opened -> empty(opened, depth + 1));
        }
        Files.deleteIfExists(entry);
    }

    private void moveUp(Path directory) throws IOException {
        moved++;
        Path up = top.resolve("moved-" + moved + "-" + System.nanoTime());
        within(directory, opened -> Files.move(directory, up, StandardCopyOption.ATOMIC_MOVE));
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void within(Path directory, Action action) throws IOException {
        try {
            int descriptor = Posix.open(directory, Posix.DIRECTORY_ONLY | Posix.NO_FOLLOW, 0);
            try {
                Path opened = Path.of("/proc/self/fd", Integer.toString(descriptor));
                // The handler may have taken our own rights to it away.
                Files.setPosixFilePermissions(opened, PosixFilePermissions.fromString("rwx------"));
                action.on(opened);
            } finally {
                Posix.close(descriptor);
            }
        } catch (UnixException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }
}
