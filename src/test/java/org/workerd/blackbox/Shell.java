package org.workerd.blackbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs commands with an environment of their own; their output goes to files, for what they start may keep a pipe open. */
final class Shell {
    private static final int LONGEST_SECONDS = 90;

    private final Path outputs;
    private final AtomicInteger count = new AtomicInteger();
    /** All that a command gets. */
    final Map<String, String> environment = new TreeMap<>();

    Shell(Path outputs) {
        this.outputs = outputs;
    }

    /** How a command ended. */
    record Done(int code, String out, String err) {}

    /** One that may still run. */
    record Running(Process process, Path out, Path err) {
        Done await() {
            try {
                if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("a command did not end: " + process.info());
                }
                return new Done(process.exitValue(), text(out), text(err));
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }

        private static String text(Path file) {
            try {
                return Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    Done run(List<String> line) {
        return begin(line).await();
    }

    Done run(String... line) {
        return run(List.of(line));
    }

    Running begin(List<String> line) {
        int number = count.incrementAndGet();
        Path out = outputs.resolve("out." + number);
        Path err = outputs.resolve("err." + number);
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return new Running(builder.start(), out, err);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    void kill(String signal, long pid) {
        Done done = run("kill", "-s", signal, Long.toString(pid));
        if (done.code() != 0) {
            throw new AssertionError("kill " + signal + " " + pid + ": " + done.err());
        }
        if (signal.equals("KILL")) {
            Installation.awaitEnd(pid);
        }
    }
}
