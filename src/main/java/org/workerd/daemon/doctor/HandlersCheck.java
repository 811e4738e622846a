package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workerd.config.Settings;
import org.workerd.job.ShellWord;
import org.workerd.worker.handlers.FirstLine;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;
import org.workerd.worker.handlers.JavaHandlers;
import org.workerd.worker.handlers.Plugin;
import org.workerd.worker.handlers.PluginIndex;
import org.workerd.worker.handlers.Trust;

/** The handlers directory, and which files in it the daemon does not run. */
final class HandlersCheck {
    private static final String CHECK = "handlers";

    private final Path directory;
    private final DaemonUser user;
    private final JavaHandlers java;
    private final String home;

    HandlersCheck(Settings settings) throws IOException {
        this.directory = settings.handlersDir();
        this.user = DaemonUser.of(settings);
        this.java = PluginIndex.read(settings.directory(), settings.plugins()).handlers();
        this.home = settings.handlersEnv().getOrDefault("HOME", "");
    }

    List<Finding> look() {
        if (!Files.isDirectory(directory)) {
            return List.of(Finding.warning(
                    CHECK, "there is no directory " + directory, "install -d -m 755 " + ShellWord.of(directory)));
        }
        if (!Files.isReadable(directory)) {
            return List.of(Finding.warning(
                    CHECK,
                    "no permission to read " + directory,
                    "run as the daemon's user: sudo -u " + user.name() + " workerd doctor"));
        }
        Map<String, Vetting> all = new Handlers(directory, user.id(), java).all();
        List<Finding> findings = new ArrayList<>();
        all.forEach((name, vetting) -> fault(vetting)
                .ifPresent(why ->
                        findings.add(Finding.warning(CHECK, name + why, "fix it, or move it out of " + directory))));
        long accepted = (long) all.size() - findings.size();
        for (Plugin jar : java.plugins()) {
            jar.objection()
                    .ifPresent(why -> findings.add(Finding.warning(
                            CHECK, jar.path() + " is refused: " + why, "fix it or move it away, then workerd reload")));
        }
        home().ifPresent(findings::add);
        if (accepted > 0 || findings.isEmpty()) {
            findings.add(0, Finding.ok(CHECK, accepted + " in " + directory));
        }
        return findings;
    }

    private static Optional<String> fault(Vetting vetting) {
        if (vetting instanceof Refused refused) {
            return Optional.of(" is refused: " + refused.reason());
        }
        return vetting instanceof Accepted accepted
                ? FirstLine.objection(accepted.program()).map(why -> " cannot be started: " + why)
                : Optional.empty();
    }

    /** Programs run what they find there; where nothing is configured the daemon looks itself. */
    private Optional<Finding> home() {
        return home.isEmpty()
                ? Optional.empty()
                : Trust.objection(Path.of(home), user.id())
                        .map(why -> Finding.failure(
                                CHECK,
                                "other users can write to their HOME, handlers.env.HOME = " + home + ": " + why,
                                "set it to a directory that only root or " + user.name() + " can write to"));
    }
}
