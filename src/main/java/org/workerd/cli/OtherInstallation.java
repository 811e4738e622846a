package org.workerd.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.ShellWord;

/** The private installation that somebody may have meant who named none. */
final class OtherInstallation {
    private static final String FILE = "workerd.toml";

    private OtherInstallation() {}

    /** Advice: how to name the one around this directory, or his own; empty when there is none. */
    static Optional<String> advice(Path directory, Map<String, String> variables) {
        Optional<Path> around = Stream.<@Nullable Path>iterate(directory, at -> at != null, Path::getParent)
                .map(at -> at.resolve(FILE))
                .filter(Files::isRegularFile)
                .findFirst();
        return around.or(() -> own(variables).filter(Files::isRegularFile))
                .map(file ->
                        "Did you mean the installation of " + file + "? Try: workerd -c " + ShellWord.of(file) + " …");
    }

    private static Optional<Path> own(Map<String, String> variables) {
        String home = variables.getOrDefault("HOME", "");
        String configs = variables.getOrDefault("XDG_CONFIG_HOME", home.isEmpty() ? "" : home + "/.config");
        return configs.isEmpty() ? Optional.empty() : Optional.of(Path.of(configs, "workerd", FILE));
    }
}
