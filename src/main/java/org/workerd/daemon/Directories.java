package org.workerd.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.Trust;

/** Makes the directories that workerd's files are in, so that a power cut does not take them away. */
public final class Directories {
    private Directories() {}

    /** There is one already, or it is made; one that is a symbolic link counts, which Java's own method refuses. */
    public static void make(@Nullable Path directory, FileAttribute<?>... attributes) throws IOException {
        if (directory == null || Files.isDirectory(directory)) {
            return;
        }
        Deque<Path> parents = new ArrayDeque<>();
        Path missing = directory.toAbsolutePath();
        while (missing != null && !Files.exists(missing)) {
            missing = missing.getParent();
            if (missing != null) {
                parents.push(missing);
            }
        }
        Files.createDirectories(directory, attributes);
        for (Path parent : parents) {
            sync(parent);
        }
    }

    /** Its new entry is on the disk then, which the synchronization of what is in there does not promise. */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException mayNotBeRead) {
            // One may make something where one may not read; then it is up to the file system.
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
            sync(directory.toAbsolutePath().resolveSibling(""));
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
                    objection.get() + ": check who created it, and move it away; the daemon creates its own");
        }
    }
}
