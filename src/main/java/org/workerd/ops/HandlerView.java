package org.workerd.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.config.Settings;
import org.workerd.job.Names;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.AcceptedJava;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.PluginIndex;

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
        PluginIndex.Known java = PluginIndex.read(daemon, plugins);
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
        return knowable ? handlers.obstacle(handlers.find(name)) : Optional.empty();
    }

    /**
     * Why a job is not stored.
     *
     * @param meant the name of a handler that is almost the same
     * @param isThere the handler is there, and refused
     */
    public record Refusal(String message, Optional<String> meant, boolean isThere) {}

    /** Why a job of this name is refused; empty: it is not, or nobody like us can know. */
    public Optional<Refusal> refusal(String name) {
        if (!knowable) {
            return Optional.empty();
        }
        Vetting vetting = handlers.find(name);
        if (isAccepted(vetting)) {
            return Optional.empty();
        }
        if (vetting instanceof Refused refused) {
            return Optional.of(new Refusal(
                    "the handler \"" + name + "\" is refused: " + refused.reason(), Optional.empty(), true));
        }
        List<String> known = handlers.all().entrySet().stream()
                .filter(one -> isAccepted(one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return Optional.of(new Refusal(
                "no handler is named \"" + name + "\" in " + handlers.directory(), Names.closest(name, known), false));
    }

    /** A job would be run by it. */
    public static boolean isAccepted(Vetting vetting) {
        return vetting instanceof Accepted || vetting instanceof AcceptedJava;
    }

    /** As the daemon sees them: its user is whose directory the queue is in. */
    public static HandlerView of(Settings settings) {
        return new HandlerView(settings.handlersDir(), settings.plugins(), settings.directory());
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
