package org.workerd.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.daemon.Settings;
import org.workerd.worker.Handlers;
import org.workerd.worker.Handlers.Accepted;
import org.workerd.worker.Handlers.AcceptedJava;
import org.workerd.worker.Handlers.Refused;
import org.workerd.worker.Handlers.Vetting;
import org.workerd.worker.JavaHandlers;
import org.workerd.worker.OwnUser;
import org.workerd.worker.PluginWord;

/** Whether a job of some name could ever run, asked before it is stored. */
final class HandlerCheck {
    private final Handlers handlers;
    private final boolean knowable;

    HandlerCheck(Settings settings) {
        PluginWord.Known java = PluginWord.read(settings.queueFile(), settings.plugins());
        this.handlers = handlers(settings, java.handlers());
        this.knowable = isKnowable(settings.handlersDir()) && java.complete();
    }

    /** The handlers as the daemon sees them: its user is whose directory the queue is in. */
    static Handlers handlers(Settings settings) {
        return handlers(
                settings,
                PluginWord.read(settings.queueFile(), settings.plugins()).handlers());
    }

    private static Handlers handlers(Settings settings, JavaHandlers java) {
        return new Handlers(settings.handlersDir(), owner(settings.queueFile().getParent()), java);
    }

    /** Why a job of this name is refused; empty: it is not, or nobody like us can know. */
    Optional<Failure> refusal(String name) {
        if (!knowable) {
            return Optional.empty();
        }
        Vetting vetting = handlers.find(name);
        if (isAccepted(vetting)) {
            return Optional.empty();
        }
        if (vetting instanceof Refused refused) {
            return Optional.of(new Failure(
                    ExitCode.USAGE,
                    "the handler \"" + name + "\" is refused: " + refused.reason(),
                    "Mend it, or store the job anyway with --force."));
        }
        List<String> known = handlers.all().entrySet().stream()
                .filter(one -> isAccepted(one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return Optional.of(new Failure(
                ExitCode.USAGE,
                "no handler is named \"" + name + "\" in " + handlers.directory(),
                Usage.meant(name, known).orElse("") + "workerd handlers lists them; --force stores the job anyway."));
    }

    static boolean isAccepted(Vetting vetting) {
        return vetting instanceof Accepted || vetting instanceof AcceptedJava;
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
