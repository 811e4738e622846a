package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** On which kinds of file systems a queue may be. */
public final class Volumes {
    /** flock and SQLite's shared memory do not work, or not between machines, on these. */
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs");
    /** What is on these is gone after a reboot. */
    private static final Set<String> FLEETING = Set.of("tmpfs", "ramfs");

    private Volumes() {}

    /** As the kernel names it; empty where that cannot be told: in a chroot the mount may not be listed. */
    public static String type(Path existing) throws IOException {
        try {
            return Files.getFileStore(existing).type();
        } catch (FileSystemException failure) {
            throw failure;
        } catch (IOException noMountPoint) {
            return "";
        }
    }

    public static boolean isRemote(String type) {
        return REMOTE.contains(type);
    }

    public static boolean isFleeting(String type) {
        return FLEETING.contains(type);
    }
}
