package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.workerd.job.ShellWord;

/** What decides whether we trust a file: what it is, whose, and who may write it. */
record Owned(int mode, int owner) {
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int DIRECTORY = 0040000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    static Owned of(Path path, LinkOption... options) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:mode,uid", options);
        return new Owned((int) attributes.getOrDefault("mode", 0), (int) attributes.getOrDefault("uid", -1));
    }

    boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isLink() {
        return (mode & TYPE) == SYMBOLIC_LINK;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    /** In a sticky directory others may add files, but not move ours away. */
    boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    boolean isOf(int user) {
        return owner == 0 || owner == user;
    }

    /** Why somebody else than root and this user could have written it. */
    Optional<String> unsafe(String what, Path path, int user) {
        if (!isOf(user)) {
            return Optional.of(what + " is owned by user " + owner + ", not by root or user " + user);
        }
        return (mode & WRITABLE_BY_OTHERS) == 0
                ? Optional.empty()
                : Optional.of(what + " is writable by its group or by others: chmod go-w " + ShellWord.of(path));
    }
}
