package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.workerd.config.Settings;
import org.workerd.worker.handlers.OwnUser;

/** The user that the daemon runs as: the one whose the queue's directory is, else ours; and what he may do with a file. */
record DaemonUser(int id, String name) {
    private static final int WRITE = 02;
    private static final int WRITE_AND_ENTER = 03;

    static DaemonUser of(Settings settings) throws IOException {
        Path directory = settings.directory().path();
        return directory == null || !Files.exists(directory)
                ? new DaemonUser(OwnUser.id(), OwnUser.name())
                : new DaemonUser(
                        (int) Files.getAttribute(directory, "unix:uid"),
                        Files.getOwner(directory).getName());
    }

    /** May he write to it, and into it when it is a directory? What his groups are nobody asks: they count as his. */
    boolean mayWrite(Path existing) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(existing, "unix:mode,uid");
        int needed = Files.isDirectory(existing) ? WRITE_AND_ENTER : WRITE;
        int mode = (int) attributes.getOrDefault("mode", 0);
        return id == 0
                || (attributes.getOrDefault("uid", -1).equals(id) && (mode >> 6 & needed) == needed)
                || (mode >> 3 & needed) == needed
                || (mode & needed) == needed;
    }
}
