package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A program of the machine that a test needs: where it is missing the test is skipped, but not where CI runs. */
public final class Tool {
    private Tool() {}

    public static boolean isCi() {
        return "true".equals(System.getenv("CI"));
    }

    public static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    public static Path needed(String name) {
        Path found = Arrays.stream("/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin".split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assertThat(found != null || !isCi()).as("CI has %s", name).isTrue();
        assumeTrue(found != null, name + " is not installed here");
        return found;
    }

    /** What the program printed, both streams together, without the last newline. */
    public static Answer run(String program, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = needed(program).toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), output.stripTrailing());
    }

    public record Answer(int exitCode, String output) {}
}
