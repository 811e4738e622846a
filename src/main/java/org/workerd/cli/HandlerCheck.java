package org.workerd.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workerd.config.Settings;
import org.workerd.ops.HandlerView;
import org.workerd.worker.Handlers;
import org.workerd.worker.Handlers.Accepted;
import org.workerd.worker.Handlers.AcceptedJava;
import org.workerd.worker.Handlers.Refused;
import org.workerd.worker.Handlers.Vetting;

/** Whether a job of some name could ever run, asked before it is stored. */
final class HandlerCheck {
    private final HandlerView view;

    HandlerCheck(Settings settings) {
        this.view = view(settings);
    }

    /** The handlers as the daemon sees them: its user is whose directory the queue is in. */
    static Handlers handlers(Settings settings) {
        return view(settings).handlers();
    }

    /** The same, with what we cannot know of them. */
    static HandlerView view(Settings settings) {
        return new HandlerView(settings.handlersDir(), settings.plugins(), settings.directory());
    }

    /** Why a job of this name is refused; empty: it is not, or nobody like us can know. */
    Optional<Failure> refusal(String name) {
        if (!view.isKnowable()) {
            return Optional.empty();
        }
        Handlers handlers = view.handlers();
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
}
