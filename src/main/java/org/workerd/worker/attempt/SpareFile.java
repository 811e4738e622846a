package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.FileStat;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * The output file of a program that printed nothing, for the next program in its slot, under the name that it needs:
 * to remove a file and make another costs 40 µs more of a job of 850, for ext4 looks at each inode that was freed in the
 * last seconds before it takes one. For one thread at a time.
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
        if (kept == null || !isStillThere(kept) || !kept.toFile().renameTo(name.toFile())) {
            tidy();
            return false;
        }
        file = null;
        // Asked under its new name: whoever opens it by the old one from now on finds none.
        if (!Posix.isOpenHereOnly(descriptor)) {
            remove(name);
            release();
            return false;
        }
        // By now nobody can write to it any more. What was written late belongs to the attempt before.
        if (Posix.read(descriptor, 1).length > 0) {
            LOG.warn("output was written after its attempt had ended: {}", kept);
            giveBack(name, kept);
            release();
            return false;
        }
        return true;
    }

    /** Keeps this file, when it is as it was made. False: it is not, and whoever made it is to remove it. */
    boolean keep(Path empty) {
        Optional<FileStat> now = look(empty).filter(SpareFile::isAsMade);
        if (now.isEmpty() || now.get().inode() != inode) {
            release();
        }
        if (now.isPresent() && descriptor == NOT_OPEN) {
            open(empty, now.get());
        }
        file = descriptor == NOT_OPEN ? null : empty;
        return file != null;
    }

    private void open(Path empty, FileStat stat) {
        try {
            descriptor = Posix.open(empty, Posix.READ | Posix.NO_FOLLOW, 0);
            inode = stat.inode();
        } catch (UnixException shortage) {
            descriptor = NOT_OPEN;
        }
    }

    /** Nothing comes after: no file is left. */
    void tidy() {
        Path kept = file;
        if (kept != null && isStillThere(kept)) {
            remove(kept);
        }
        release();
    }

    /** Somebody may have removed it, put another in its place, or written to it. */
    private boolean isStillThere(Path kept) {
        return look(kept).filter(now -> now.inode() == inode && isAsMade(now)).isPresent();
    }

    private static boolean isAsMade(FileStat now) {
        FileStat own = Own.PROCESS;
        return now.isRegular()
                && now.size() == 0
                && now.links() == 1
                && now.permissions() == AS_MADE
                && now.user() == own.user()
                && now.group() == own.group();
    }

    /** Who we are, as the files say that we make. */
    private static final class Own {
        static final FileStat PROCESS = look(Path.of(
                        "/proc/" + ProcessHandle.current().pid()))
                .orElseThrow(() -> new IllegalStateException("cannot look at ourselves in /proc"));
    }

    private static Optional<FileStat> look(Path file) {
        try {
            return FileStat.of(file);
        } catch (IOException cannotBeTold) {
            return Optional.empty();
        }
    }

    private static void giveBack(Path name, Path kept) {
        if (!name.toFile().renameTo(kept.toFile())) {
            remove(name);
        }
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
