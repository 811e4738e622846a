package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.worker.OwnUser;
import org.workerd.worker.Trust;

/** Makes the directories that the daemon's files are in. */
final class Directories {
    private Directories() {}

    /** There is one already, or it is made; one that is a symbolic link counts, which Java's own method refuses. */
    static void make(@Nullable Path directory) throws IOException {
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
    }

    /**
     * One of the daemon's own, which nobody but root and its user may write to: made with these permissions, or given
     * them. Refused when it is a link, or somebody else's: he could put there what he likes.
     */
    static void makeOwn(Path directory, String permissions) throws IOException {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(wanted));
        } catch (FileAlreadyExistsException there) {
            // Whose it is decides, whoever made it.
        }
        Map<String, Object> is =
                Files.readAttributes(directory, "unix:isDirectory,uid,permissions", LinkOption.NOFOLLOW_LINKS);
        boolean isOurs = Boolean.TRUE.equals(is.get("isDirectory"))
                && Integer.valueOf(OwnUser.id()).equals(is.get("uid"));
        if (isOurs && !wanted.equals(is.get("permissions"))) {
            Files.setPosixFilePermissions(directory, wanted);
        }
        Optional<String> objection = Trust.objectionToOwn(directory, OwnUser.id());
        if (objection.isPresent()) {
            throw new DaemonException(
                    DaemonException.Kind.NOT_PERMITTED,
                    objection.get() + ": see who made it, and move it away; the daemon makes one of its own");
        }
    }

    /** Only its owner, and that of a file, may remove the file; others may open what its owner has. */
    static boolean isSticky(Path directory) throws IOException {
        return ((Integer) Files.getAttribute(directory, "unix:mode") & 01000) != 0;
    }
}
