package org.workerd.cli.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;
import org.workerd.worker.handlers.JavaHandlers;
import org.workerd.worker.handlers.OwnUser;

/** As whom a handler is tried, when the daemon is somebody else: whoever the queue's directory belongs to. */
public final class TrialUser {
    private static final int ROOT = 0;

    private TrialUser() {}

    /** Says so; and does not let root run what another user may have written. */
    public static void check(Settings settings, String handler, Console console) throws IOException {
        Path directory = settings.directory().path();
        int own = OwnUser.id();
        if (directory == null
                || !Files.exists(directory)
                || Files.getAttribute(directory, "unix:uid").equals(own)) {
            return;
        }
        String daemon = Files.getOwner(directory).getName();
        String advice = "sudo -u " + daemon + " workerd try " + handler;
        Vetting vetting = new Handlers(settings.handlersDir(), own, JavaHandlers.NONE).vet(handler);
        // A jar that is not root's alone is refused when it is loaded.
        if (own == ROOT && vetting instanceof Refused refused) {
            throw new Failure(
                    ExitCode.NEVER_RAN,
                    "root does not run the handler \"" + handler + "\", because other users can change it: "
                            + refused.reason(),
                    "Run it as the daemon's user: " + advice);
        }
        console.say("workerd: this runs as " + OwnUser.name() + ", the daemon runs as " + daemon + ": " + advice);
    }
}
