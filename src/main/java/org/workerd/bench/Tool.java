package org.workerd.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Other programs, run with nothing of our settings: a bench must never touch the queue that these name. Stateless. */
final class Tool {
    private static final Set<String> PASSED_ON =
            Set.of("PATH", "HOME", "JAVA_HOME", "WORKERD_JAVA", "WORKERD_HEAP", "PGPASSWORD", "PGPASSFILE");
    private static final int LONGEST_SECONDS = 60;

    private Tool() {}

    static ProcessBuilder builder(List<String> line) {
        ProcessBuilder builder = new ProcessBuilder(line).directory(new File("/"));
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(PASSED_ON);
        environment.put("LANG", "C.UTF-8");
        return builder;
    }

    /** Runs it to its end, which must be a good one; what it prints is dropped. */
    static void run(List<String> line) throws IOException, InterruptedException {
        run(line, new File("/dev/null"));
    }

    static void run(List<String> line, File input) throws IOException, InterruptedException {
        Process process = builder(line)
                .redirectInput(input)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(line.get(0) + " did not end within " + LONGEST_SECONDS + " s");
        }
        if (process.exitValue() != 0) {
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            throw new IOException(String.join(" ", line) + " exited with " + process.exitValue() + ": " + said.strip());
        }
    }
}
