package org.workerd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A launcher in a tree of its own and a configuration beside it, with a daemon and a JVM that are scripts. */
abstract class LauncherStage {
    /** Of the parts in src/main/sh/launcher. */
    static final Path BUILT = Path.of("target/launcher/workerd");

    static final String NOT_RUNNING =
            "{\"running\":false,\"pid\":null,\"uptime_ms\":null,\"draining\":false,\"busy\":[]}\n";
    static final String PLAIN =
            """
            [daemon]
            pidfile = "run/workerd.pid"
            [queue]
            url = 'sqlite:queue.db' # beside this file
            """;

    /** What a command left behind. */
    record Done(int code, String out, String err) {}

    @TempDir
    Path top;

    final Map<String, String> environment = new HashMap<>();
    Path launcher;
    Path java;
    Path config;
    Path pidfile;
    Path signals;
    private final List<Process> started = new ArrayList<>();
    private int count;

    @BeforeEach
    void build() throws IOException {
        allow(top, "rwxr-xr-x");
        launcher = top.resolve("tree/bin/workerd");
        java = top.resolve("jdk/bin/java");
        config = top.resolve("conf/workerd.toml");
        pidfile = top.resolve("conf/run/workerd.pid");
        signals = top.resolve("signals");
        Files.createDirectories(launcher.getParent());
        Files.createDirectories(top.resolve("conf/daemons"));
        Files.createDirectories(top.resolve("home"));
        Files.createDirectories(pidfile.getParent());
        Files.copy(BUILT, launcher);
        allow(launcher, "rwxr-xr-x");
        fakeJava(java, "17.0.15");
        Files.writeString(config, PLAIN);
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", top.resolve("home").toString());
        environment.put("WORKERD_JAVA", java.toString());
    }

    @AfterEach
    void endWhatWasStarted() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    Done workerd(String... arguments) throws Exception {
        return run(line(arguments));
    }

    List<String> line(String... arguments) {
        List<String> line = new ArrayList<>(List.of(launcher.toString(), "-c", config.toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    List<String> asNobody(String command) throws Exception {
        return asNobody(line(command));
    }

    List<String> asNobody(List<String> line) throws Exception {
        assumeTrue(isRoot(), "only root can become somebody else");
        List<String> all =
                new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        all.addAll(line);
        return all;
    }

    boolean isRoot() throws Exception {
        return run(List.of("id", "-u")).out().equals("0\n");
    }

    Done run(List<String> line) throws Exception {
        Process process = start(line);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ended", line).isTrue();
        return output(process);
    }

    /** Its output goes to files: what it starts may keep a pipe open. */
    Process start(List<String> line) throws IOException {
        Path out = top.resolve("out." + count);
        Path err = top.resolve("err." + count++);
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    Done output(Process process) throws IOException {
        int number = started.indexOf(process);
        return new Done(
                process.isAlive() ? -1 : process.exitValue(),
                Files.readString(top.resolve("out." + number), UTF_8),
                Files.readString(top.resolve("err." + number), UTF_8));
    }

    /** A fake daemon that holds its lock and has written its pidfile. */
    Process daemon(String... with) throws IOException {
        boolean named = with.length > 0 && with[0].startsWith("writes=");
        List<String> all = new ArrayList<>(List.of(with));
        if (!named) {
            all.add("writes=self");
        }
        Process daemon = fakeDaemon(all.toArray(String[]::new));
        await().until(() -> locked(daemon) && Files.size(pidfile) > 0);
        return daemon;
    }

    Process fakeDaemon(String... with) throws IOException {
        List<String> line = new ArrayList<>(List.of("perl", "src/test/resources/launcher/fake-daemon.pl"));
        line.addAll(List.of(
                "pidfile=" + pidfile,
                "ledgers=" + top.resolve("conf/daemons"),
                "signals=" + signals,
                "finish=" + top.resolve("finish")));
        line.addAll(List.of(with));
        return start(line);
    }

    boolean locked(Process daemon) throws IOException {
        if (!daemon.isAlive()) {
            throw new IllegalStateException(output(daemon).err());
        }
        if (Files.notExists(pidfile)) {
            return false;
        }
        String place = ":" + Files.getAttribute(pidfile, "unix:ino") + " ";
        try (var locks = Files.lines(Path.of("/proc/locks"))) {
            return locks.anyMatch(line -> line.contains(" " + daemon.pid() + " ") && line.contains(place));
        }
    }

    /** A pidfile that names a process that has ended. */
    void leaveStalePidfile() throws Exception {
        Process dead = start(List.of("true"));
        dead.waitFor();
        Files.writeString(pidfile, dead.pid() + "\n");
    }

    static void fakeJava(Path java, String version) throws IOException {
        Files.createDirectories(java.getParent());
        Files.copy(Path.of("src/test/resources/launcher/fake-java"), java, StandardCopyOption.REPLACE_EXISTING);
        allow(java, "rwxr-xr-x");
        Files.writeString(java.resolve("../../release").normalize(), "JAVA_VERSION=\"" + version + "\"\nX=\"1\"\n");
    }

    /** How the fake JVM was called, one line a call; empty when it never was. */
    String javaCalls() throws IOException {
        Path calls = java.resolveSibling("calls");
        return Files.exists(calls) ? Files.readString(calls) : "";
    }

    static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
