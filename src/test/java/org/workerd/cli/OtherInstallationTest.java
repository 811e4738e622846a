package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which installation somebody may have meant who named none. */
final class OtherInstallationTest {
    @TempDir
    Path directory;

    @Test
    void theOneAroundTheDirectoryIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("workerd.toml"));
        Path below = Files.createDirectories(directory.resolve("a/b"));
        String advice = "Did you mean the installation of " + file + "? Try: workerd -c " + file + " …";
        assertThat(OtherInstallation.advice(directory, Map.of())).contains(advice);
        assertThat(OtherInstallation.advice(below, Map.of())).contains(advice);
    }

    @Test
    void elseHisOwn() throws IOException {
        Path own = Files.createDirectories(directory.resolve("home/.config/workerd"));
        Map<String, String> variables = Map.of("HOME", directory.resolve("home").toString());
        assertThat(OtherInstallation.advice(directory, variables)).isEmpty();
        Path file = Files.createFile(own.resolve("workerd.toml"));
        assertThat(OtherInstallation.advice(directory, variables))
                .contains("Did you mean the installation of " + file + "? Try: workerd -c " + file + " …");
    }

    @Test
    void whereThereIsNoneNothingIsSaid() {
        assertThat(OtherInstallation.advice(directory, Map.of())).isEmpty();
    }
}
