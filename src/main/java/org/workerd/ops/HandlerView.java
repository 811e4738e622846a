package org.workerd.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.Handlers;
import org.workerd.worker.OwnUser;
import org.workerd.worker.PluginWord;

/** The handlers as the daemon sees them, for who is not the daemon and may not be able to look at all of them. */
public final class HandlerView {
    private final Handlers handlers;
    private final boolean knowable;

    /**
     * Those in this directory and in the jars of the other.
     *
     * @param daemon who owns this directory, the daemon is
     */
    public HandlerView(Path directory, Optional<Path> plugins, DaemonDirectory daemon) {
        PluginWord.Known java = PluginWord.read(daemon, plugins);
        this.handlers = new Handlers(directory, owner(daemon.path()), java.handlers());
        this.knowable = isKnowable(directory) && java.complete();
    }

    public Handlers handlers() {
        return handlers;
    }

    /** False: nobody like us can tell which names have a handler. */
    public boolean isKnowable() {
        return knowable;
    }

    /** Why jobs of this name cannot run; empty: they can, or we cannot know. */
    public Optional<String> objection(String name) {
        return knowable ? handlers.objection(handlers.find(name)) : Optional.empty();
    }

    /** We can look into it, or see that it is not there. */
    private static boolean isKnowable(Path directory) {
        return Files.exists(directory) ? Files.isExecutable(directory) : Files.notExists(directory);
    }

    private static int owner(@Nullable Path directory) {
        try {
            return directory != null && Files.exists(directory)
                    ? (int) Files.getAttribute(directory, "unix:uid")
                    : OwnUser.id();
        } catch (IOException unknown) {
            return OwnUser.id();
        }
    }
}
