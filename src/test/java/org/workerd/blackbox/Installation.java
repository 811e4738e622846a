package org.workerd.blackbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A private installation: a configuration whose paths are relative to it, and the built tree to serve it. */
final class Installation {
    static final Path TREE =
            Path.of(System.getProperty("workerd.tree", "target/workerd")).toAbsolutePath();
    static final Path LAUNCHER = TREE.resolve("bin/workerd");

    final Path top;
    final Path config;
    final Path queue;
    final Path handlers;
    final Path log;
    final Path pidfile;
    final Shell shell;
    /** Of the tree that serves it. */
    Path launcher = LAUNCHER;

    private final Map<String, Map<String, String>> settings = new TreeMap<>();

    Installation(Path top) {
        this(top, "workerd");
    }

    /** Another daemon's configuration for the same queue has another name. */
    Installation(Path top, String name) {
        this.top = top;
        config = top.resolve(name + ".toml");
        queue = top.resolve("queue/queue.db");
        handlers = top.resolve("handlers");
        log = top.resolve("log/" + name + ".log");
        pidfile = top.resolve("run/" + name + ".pid");
        make(handlers);
        make(top.resolve("outputs"));
        shell = new Shell(top.resolve("outputs"));
        shell.environment.putAll(
                Map.of("PATH", System.getenv("PATH"), "HOME", top.toString(), "LANG", "C.UTF-8", "TMPDIR", "/tmp"));
        shell.environment.put("WORKERD_TEST", top.toString());
        set("daemon.pidfile", text("run/" + name + ".pid"));
        set("queue.url", text("sqlite:queue/queue.db"));
        set("handlers.dir", text("handlers"));
        set("log.file", text("log/" + name + ".log"));
        set("workers.concurrency", "4");
        // So that nothing works only because of the next poll.
        set("workers.poll_interval", text("10m"));
        set("jobs.backoff", text("10ms"));
        set("jobs.kill_grace", text("500ms"));
        configure();
    }

    static String text(String value) {
        return "\"" + value + "\"";
    }

    /** A value as TOML writes it, from the next {@link #configure} on. */
    Installation set(String key, String value) {
        int dot = key.lastIndexOf('.');
        settings.computeIfAbsent(key.substring(0, dot), table -> new TreeMap<>())
                .put(key.substring(dot + 1), value);
        return this;
    }

    void configure() {
        StringBuilder toml = new StringBuilder();
        settings.forEach((table, values) -> {
            toml.append('[').append(table).append("]\n");
            values.forEach(
                    (key, value) -> toml.append(key).append(" = ").append(value).append('\n'));
        });
        write(config, toml.toString());
    }

    /** A shell script of this name. */
    Path handler(String name, String script) {
        return program(handlers.resolve(name), "#!/bin/sh\n" + script + "\n");
    }

    /** Complete the moment it has its name. */
    static Path program(Path path, String text) {
        try {
            Path fresh = path.resolveSibling("." + path.getFileName() + ".new");
            Files.writeString(fresh, text);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            return Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    List<String> line(String... arguments) {
        List<String> line = new ArrayList<>(List.of(launcher.toString(), "--config", config.toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    Shell.Done workerd(String... arguments) {
        return shell.run(line(arguments));
    }

    /** Starts the daemon, which must come up. Its pid. */
    long start() {
        Shell.Done done = workerd("start");
        if (done.code() != 0) {
            throw new AssertionError("start exited with " + done + ", log: " + logText());
        }
        return pid();
    }

    /** Stops it, which must end well. */
    void stop() {
        Shell.Done done = workerd("stop", "--timeout", "30s");
        if (done.code() != 0) {
            throw new AssertionError("stop exited with " + done + ", log: " + logText());
        }
    }

    void signal(String name) {
        shell.kill(name, pid());
    }

    /** Kills it, and returns when the kernel has taken all of it away. */
    void kill9() {
        shell.kill("KILL", pid());
    }

    /** Until its last thread has ended, too: as long as one is left, so are its locks. */
    static void awaitEnd(long pid) {
        await("process " + pid + " ends")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Proc.of(pid).filter(process -> !process.isOver()).isEmpty());
    }

    /** The one that the pidfile names. */
    long pid() {
        return Long.parseLong(read(pidfile).strip());
    }

    Proc daemon() {
        return Proc.of(pid()).orElseThrow();
    }

    String logText() {
        return Files.exists(log) ? read(log) : "";
    }

    void awaitLog(String words) {
        await("the log says " + words)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> logText().contains(words));
    }

    /** One of the libraries that it ships. */
    static Path jar(String prefix) throws IOException {
        try (Stream<Path> jars = Files.list(TREE.resolve("lib"))) {
            return jars.filter(jar -> String.valueOf(jar.getFileName()).startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static void allow(Path path, String permissions) {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
