package org.workerd.daemon;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.workerd.config.Environment;
import org.workerd.config.SettingsFile;
import org.workerd.job.ShellWord;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;
import org.workerd.unix.UnixException;

/**
 * Puts the daemon into the background. A JVM cannot fork, so a shell of one millisecond is spawned in a new session; it
 * starts the daemon in its background and exits, which leaves the daemon to init in a session that it does not lead. A
 * pipe brings back that it is ready, or its own words why not.
 */
public final class Launcher {
    /** The property is for tests: the command line gives nobody a way to set it. */
    private static final Duration PATIENCE = Duration.parse(System.getProperty("workerd.start.patience", "PT45S"));

    private static final int READY_DESCRIPTOR = 3;
    private static final String INTERMEDIATE = "umask 027; \"$@\" & exit 0";
    /**
     * What the daemon keeps of our environment: where it finds its files and its JVM, and settings overridden there.
     * Nothing else of whoever starts it: neither his time zone, nor the marks of the job that starts it.
     */
    private static final Pattern KEPT = Pattern.compile(
            "HOME|XDG_(CONFIG_HOME|STATE_HOME|RUNTIME_DIR)|WORKERD_(CONFIG|JAVA|HEAP|[A-Z0-9_]+__[A-Z0-9_]+)");

    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Launcher() {}

    /** How the start ended: the exit status, and what to tell people. */
    public record Fate(int status, List<String> messages) {}

    /**
     * Starts the daemon with these settings, and waits for how that ends.
     *
     * @param home of the installation: what {@code bin/workerd} stands in
     */
    public static Fate launch(SettingsFile.Loaded loaded, Path home, Map<String, String> environment) {
        Path program = home.resolve("bin/workerd");
        if (!Files.isExecutable(program)) {
            throw new DaemonException(DaemonException.Kind.FAILED, "cannot start the daemon: there is no " + program);
        }
        int[] pipe = Posix.pipe();
        int shell;
        try {
            shell = spawn(program, loaded, environment, pipe[1]);
        } catch (UnixException failure) {
            throw DaemonException.of(failure);
        } finally {
            Posix.close(pipe[1]);
        }
        try {
            return await(shell, pipe[0], loaded);
        } catch (UnixException failure) {
            throw DaemonException.of(failure);
        } finally {
            Processes.reap(shell);
            Posix.close(pipe[0]);
        }
    }

    private static int spawn(Path program, SettingsFile.Loaded loaded, Map<String, String> environment, int pipe) {
        List<String> arguments = new ArrayList<>(List.of("sh", "-c", INTERMEDIATE, "sh", program.toString()));
        if (!loaded.files().isEmpty()) {
            arguments.addAll(List.of("--config", loaded.files().get(0).toString()));
        }
        arguments.addAll(List.of("run", "--ready-descriptor", Integer.toString(READY_DESCRIPTOR)));
        return new Spawn(
                        Path.of("/bin/sh"),
                        arguments,
                        clean(environment),
                        Path.of("/"),
                        Spawn.Group.SESSION,
                        List.of(
                                Spawn.nullInput(0),
                                new Spawn.Copy(READY_DESCRIPTOR, pipe),
                                new Spawn.Copy(1, READY_DESCRIPTOR),
                                new Spawn.Copy(2, READY_DESCRIPTOR)))
                .start();
    }

    private static List<String> clean(Map<String, String> environment) {
        List<String> kept = new ArrayList<>();
        kept.add("PATH=" + PATH);
        if (!environment.containsKey("WORKERD_JAVA")) {
            // Found by JAVA_HOME or by a PATH that the daemon does not have.
            kept.add("WORKERD_JAVA=" + Path.of(System.getProperty("java.home"), "bin/java"));
        }
        environment.forEach((name, value) -> {
            if (KEPT.matcher(name).matches()) {
                kept.add(name + "=" + value);
            }
        });
        return kept;
    }

    private static Fate await(int shell, int pipe, SettingsFile.Loaded loaded) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        while (true) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0 || !Posix.await((int) millis, pipe)[0]) {
                // It has the group of the shell, whose number is taken until we have waited for the shell.
                Processes.signalGroup(shell, Processes.KILL);
                awaitEnd(pipe);
                PidFile.removeStale(loaded.settings().pidfile());
                return failed(heard, "the daemon was not ready after " + PATIENCE.toSeconds() + " s and was ended");
            }
            byte[] bytes = Posix.read(pipe, 4096);
            heard.writeBytes(bytes);
            String text = heard.toString(StandardCharsets.UTF_8);
            if (text.contains(Readiness.READY) && text.endsWith("\n")) {
                return new Fate(0, up(text, loaded));
            }
            if (text.contains(Readiness.RUNNING) && text.endsWith("\n")) {
                return new Fate(0, List.of("workerd is already running (" + word(text, Readiness.RUNNING) + ")"));
            }
            if (bytes.length == 0) {
                PidFile.removeStale(loaded.settings().pidfile());
                return failed(heard, "the daemon ended before it was ready");
            }
        }
    }

    /** Killed, it still takes a moment until the kernel has closed what it had open. */
    private static void awaitEnd(int pipe) {
        int heard = 1;
        while (heard > 0) {
            heard = Posix.await(5_000, pipe)[0] ? Posix.read(pipe, 4096).length : 0;
        }
    }

    private static List<String> up(String heard, SettingsFile.Loaded loaded) {
        List<String> words = new ArrayList<>(List.of("workerd is running (pid " + word(heard, Readiness.READY) + ")"));
        for (String line : heard.split("\n", -1)) {
            if (line.startsWith(Readiness.NOTE)) {
                words.add("  " + line.substring(Readiness.NOTE.length()));
            }
        }
        words.add("  Its log: " + loaded.settings().logging().file());
        words.add("  Stop it with: workerd " + named(loaded) + "stop");
        return words;
    }

    /** Any but the system's configuration has to be named again. */
    private static String named(SettingsFile.Loaded loaded) {
        Path system = Environment.ofProcess().systemConfig();
        return loaded.files().isEmpty() || loaded.files().get(0).equals(system)
                ? ""
                : "--config " + ShellWord.of(loaded.files().get(0)) + " ";
    }

    /** The daemon's own words where it had any. */
    private static Fate failed(ByteArrayOutputStream heard, String otherwise) {
        String text = heard.toString(StandardCharsets.UTF_8);
        int mark = text.indexOf(Readiness.EXIT);
        int status = mark < 0 ? 1 : Integer.parseInt(word(text, Readiness.EXIT));
        String words = (mark < 0 ? text : text.substring(0, mark) + afterLine(text, mark)).strip();
        return new Fate(status, List.of(words.isEmpty() ? "workerd: " + otherwise : words));
    }

    private static String afterLine(String text, int mark) {
        int end = text.indexOf('\n', mark);
        return end < 0 ? "" : text.substring(end + 1);
    }

    private static String word(String text, String mark) {
        int from = text.indexOf(mark) + mark.length();
        int end = text.indexOf('\n', from);
        return text.substring(from, end < 0 ? text.length() : end);
    }
}
