package org.workerd.cli;

import java.util.Optional;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.ops.HandlerView;
import org.workerd.worker.handlers.Handlers;

/** Whether a job of some name could ever run, asked before it is stored. */
public final class HandlerCheck {
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
        return HandlerView.of(settings);
    }

    /** Why a job of this name is refused; empty: it is not, or nobody like us can know. */
    public Optional<Failure> refusal(String name) {
        return view.refusal(name).map(HandlerCheck::failure);
    }

    private static Failure failure(HandlerView.Refusal refusal) {
        String advice = refusal.isThere()
                ? "Fix the handler, or store the job anyway with --force."
                : refusal.meant().map(meant -> "Did you mean " + meant + "? ").orElse("")
                        + "workerd handlers lists them; --force stores the job anyway.";
        return new Failure(ExitCode.USAGE, refusal.message(), advice);
    }
}
