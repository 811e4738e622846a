package org.workerd.daemon;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.Trust;

/**
 * HOME of handlers: programs run what they find there, Python its modules and git its hooks, so that nobody but root and
 * the daemon's user may be able to write to it.
 */
final class HandlerHome {
    private static final Path ROOT = Path.of("/");

    private HandlerHome() {}

    /** The user's, or without an entry in passwd our own or /; where others may write there, the one beside the queue. */
    static Path of(DaemonDirectory directory, Map<String, String> ours) {
        Path own = OwnUser.home().or(() -> path(ours.getOrDefault("HOME", ""))).orElse(ROOT);
        return Optional.of(own)
                .filter(HandlerHome::isSafe)
                .or(() -> Optional.of(directory.home()).filter(HandlerHome::isSafe))
                .orElse(ROOT);
    }

    private static boolean isSafe(Path home) {
        return home.isAbsolute() && Trust.objection(home, OwnUser.id()).isEmpty();
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }
}
