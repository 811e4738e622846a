package org.workerd.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A directory with configuration files, and an environment beside which no other exists. */
abstract class SettingsFixture {
    @TempDir
    Path dir;

    final Map<String, String> variables = new HashMap<>(Map.of("HOME", "/home/ann"));

    Path write(String name, String text) {
        try {
            Path file = dir.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Environment user() {
        return new Environment(variables, false, 4, dir.resolve("etc/workerd.toml"));
    }

    Environment root() {
        return new Environment(variables, true, 4, dir.resolve("etc/workerd.toml"));
    }

    SettingsFile.Loaded load(String toml) {
        return SettingsFile.load(write("workerd.toml", toml), user());
    }

    /** What is said about a file, without the path of its directory. */
    String complaint(String toml) {
        write("workerd.toml", toml);
        return complaint();
    }

    /** What is said about the files that were written. */
    String complaint() {
        SettingsException problems = catchThrowableOfType(
                SettingsException.class, () -> SettingsFile.load(dir.resolve("workerd.toml"), user()));
        return problems.getMessage().replace(dir + "/", "");
    }
}
