package org.workerd.worker;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.FileStat;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * The output file of a program that printed nothing, for the next program in its slot, under the name that it needs:
 * to remove a file and make another takes several times as long. For one thread at a time.
 */
final class SpareFile {
    private static final Logger LOG = LoggerFactory.getLogger(SpareFile.class);
    private static final int NOT_OPEN = -1;
    private static final int AS_MADE = 0640;

    private @Nullable Path file;
    /** Open as long as the file is kept; for reading, so that it counts as no writer of it. */
    private int descriptor = NOT_OPEN;

    private long inode;

    /** Gives the file that is kept this name. False: none is, or somebody may read it or write to it yet. */
    boolean become(Path name) {
        Path kept = file;
        // What was written late belongs to the attempt before, and stays where it is.
        if (kept == null || Posix.size(descriptor) != 0) {
            release();
            return false;
        }
        boolean renamed = kept.toFile().renameTo(name.toFile());
        // Asked under the new name: whoever opens it by the old one from now on finds none.
        if (renamed && Posix.isOpenHereOnly(descriptor)) {
            file = null;
            return true;
        }
        remove(renamed ? name : kept);
        release();
        return false;
    }

    /** Keeps this file, when it is as it was made. False: it is not, and whoever made it is to remove it. */
    boolean keep(Path empty) {
        FileStat now = FileStat.of(empty).orElse(null);
        if (now == null || !now.isRegular() || now.permissions() != AS_MADE || now.size() != 0) {
            release();
            return false;
        }
        if (descriptor != NOT_OPEN && now.inode() != inode) {
            release();
        }
        if (descriptor == NOT_OPEN) {
            try {
                descriptor = Posix.open(empty, Posix.READ | Posix.NO_FOLLOW, 0);
            } catch (UnixException shortage) {
                return false;
            }
            inode = now.inode();
        }
        file = empty;
        return true;
    }

    /** Nothing comes after: no file is left. */
    void tidy() {
        Path kept = file;
        if (kept != null && Posix.size(descriptor) == 0) {
            remove(kept);
        }
        release();
    }

    private static void remove(Path empty) {
        if (!empty.toFile().delete() && empty.toFile().exists()) {
            LOG.warn("cannot remove {}", empty);
        }
    }

    private void release() {
        file = null;
        if (descriptor != NOT_OPEN) {
            Posix.close(descriptor);
            descriptor = NOT_OPEN;
        }
    }
}
