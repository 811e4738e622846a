package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether only root and one user can change what is at a path: by owner and mode, of it and of all that it is in. */
public final class Trust {
    private Trust() {}

    /** Why somebody else could; empty: nobody else can. Of a directory that is not there, that. */
    public static Optional<String> objection(Path directory, int user) {
        try {
            Path path = directory.toAbsolutePath().normalize();
            Owned last = Owned.of(path);
            if (!last.isDirectory()) {
                return Optional.of(path + " is not a directory");
            }
            Optional<String> own = last.unsafe(path.toString(), path, user);
            return own.isPresent() ? own : objectionAbove(path, user);
        } catch (NoSuchFileException missing) {
            return Optional.of("there is no directory " + directory);
        } catch (IOException unreadable) {
            return Optional.of("the directory " + directory + " cannot be checked");
        }
    }

    /** Why somebody else could move this directory away, with all that is in it. */
    static Optional<String> objectionAbove(Path directory, int user) {
        Path path = directory.toAbsolutePath().normalize();
        return above(path, user).or(() -> aboveTarget(path, user));
    }

    /** Where it is a link, or goes through one, that is another way. */
    private static Optional<String> aboveTarget(Path path, int user) {
        try {
            Path target = path.toRealPath();
            return target.equals(path) ? Optional.empty() : above(target, user);
        } catch (IOException gone) {
            return Optional.of("the directory " + path + " cannot be checked");
        }
    }

    private static Optional<String> above(Path path, int user) {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            try {
                Owned attributes = Owned.of(parent);
                // Who owns it could give it other rights.
                Optional<String> unsafe = attributes.unsafe(parent.toString(), parent, user);
                if (unsafe.isPresent() && !(attributes.isSticky() && attributes.isOf(user))) {
                    return unsafe;
                }
            } catch (IOException unreadable) {
                return Optional.of("the directory " + parent + " cannot be checked");
            }
        }
        return Optional.empty();
    }

    /**
     * Why a directory of the daemon's own, which must not be a link, is not: empty, it is.
     *
     * @param user the daemon's
     */
    public static Optional<String> objectionToOwn(Path directory, int user) throws IOException {
        Owned attributes = Owned.of(directory, LinkOption.NOFOLLOW_LINKS);
        return attributes.isDirectory()
                ? attributes.unsafe(directory.toString(), directory, user)
                : Optional.of(directory + " is not a directory");
    }
}
