package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon in an installation of its own, whose path has a space in it. After each test nothing of it may be left: no
 * process, no lock, no ERROR in a log unless the test expects it, no damage in the queue.
 */
abstract class DaemonTest {
    @TempDir
    private Path temporary;

    Installation at;
    private final List<Installation> others = new ArrayList<>();
    private Jobs jobs;
    private boolean errorsExpected;
    private boolean rulesBroken;

    @BeforeEach
    void install() throws IOException {
        Path top = Files.createDirectory(temporary.resolve("private installation"));
        Installation.allow(temporary, "rwxr-xr-x");
        at = new Installation(top);
    }

    /** The queue; made by the first who asks. */
    Jobs jobs() {
        if (jobs == null) {
            Installation.write(at.queue.resolveSibling(".made"), "");
            jobs = new Jobs(at.queue);
        }
        return jobs;
    }

    /** Another daemon of the same queue. */
    Installation other(String name) {
        Installation other = new Installation(at.top, name);
        others.add(other);
        return other;
    }

    void expectErrors() {
        errorsExpected = true;
    }

    /** The test writes what the schema forbids, on purpose. */
    void expectBrokenRules() {
        rulesBroken = true;
    }

    /**
     * A process that has locked the pidfile and holds the lock until it is killed.
     *
     * @param mode as perl opens the file
     * @param then what it does besides
     * @param as the words of a command that runs it as somebody else; none: as ourselves
     */
    Shell.Running holdPidfile(String mode, String then, String... as) {
        needs("perl");
        List<String> line = new ArrayList<>(List.of(as));
        line.addAll(List.of(
                "perl",
                "-e",
                "use Fcntl ':flock'; $| = 1; open F, '" + mode
                        + "', $ARGV[0] or die; flock F, LOCK_EX or die; print qq(held\\n); " + then + " sleep 600",
                at.pidfile.toString()));
        Shell.Running holder = at.shell.begin(line);
        until("it is locked", () -> Installation.read(holder.out()).contains("held"));
        return holder;
    }

    static void until(String what, Callable<Boolean> holds) {
        until(what, Duration.ofSeconds(60), holds);
    }

    static void until(String what, Duration patience, Callable<Boolean> holds) {
        await(what).atMost(patience).pollInterval(Duration.ofMillis(10)).until(holds);
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    static void needsRoot() {
        assumeTrue(isRoot(), "needs root");
    }

    /** What is not there skips the test, but not where everything has to be there. */
    static void needs(String... tools) {
        for (String tool : tools) {
            boolean there = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
            assumeTrue(there || "true".equals(System.getenv("CI")), tool + " is not installed");
        }
    }

    /** It is in a transaction, or about to be. */
    boolean holdsTurnstile(long daemon) throws IOException {
        List<Object> files = List.of(
                Files.getAttribute(Path.of(at.queue + ".gate"), "unix:ino"),
                Files.getAttribute(Path.of(at.queue + ".lock"), "unix:ino"));
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .filter(lock -> lock.contains(" " + daemon + " "))
                .anyMatch(lock -> files.stream().anyMatch(file -> lock.contains(":" + file + " ")));
    }

    /** Where handlers leave word of what they did. */
    Path diary() {
        return at.top.resolve("diary");
    }

    List<String> diaryLines() {
        return Files.exists(diary()) ? Installation.read(diary()).lines().toList() : List.of();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        List<Proc> left = List.of();
        try {
            stopDaemons();
        } finally {
            left = Proc.of(at.top);
            left.forEach(process -> new Shell(temporary).run("kill", "-KILL", Integer.toString(process.pid())));
            if (jobs != null) {
                jobs.close();
            }
        }
        assertThat(left).as("processes left").isEmpty();
        assertThat(locksLeft()).as("locks left").isEmpty();
        if (!errorsExpected) {
            others.forEach(other -> assertThat(other.logText()).doesNotContain(" ERROR "));
            assertThat(at.logText()).doesNotContain(" ERROR ");
        }
        if (jobs != null && Files.exists(at.queue)) {
            try (Jobs whole = new Jobs(at.queue)) {
                assertThat(whole.ask("pragma integrity_check"))
                        .matches(rulesBroken ? "ok|CHECK constraint failed in .*" : "ok");
            }
        }
    }

    private void stopDaemons() {
        Set<String> named = Stream.concat(Stream.of(at), others.stream())
                .filter(installation -> Files.isRegularFile(installation.pidfile))
                .map(installation -> Installation.read(installation.pidfile).strip())
                .collect(Collectors.toSet());
        // In the midst of a restart it has another name, and few descriptors.
        List<Proc> daemons = Proc.of(at.top).stream()
                .filter(process -> switch (process.name()) {
                    case "workerd" -> process.descriptors().size() > 10;
                    case "java" -> named.contains(Integer.toString(process.pid()));
                    default -> false;
                })
                .toList();
        Shell shell = new Shell(temporary);
        daemons.forEach(daemon -> shell.run("kill", "-TERM", Integer.toString(daemon.pid())));
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        for (Proc daemon : daemons) {
            while (Proc.isAlive(daemon.pid()) && System.nanoTime() < deadline) {
                // Two that arrive together count as one.
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                shell.run("kill", "-TERM", Integer.toString(daemon.pid()));
            }
        }
    }

    private List<String> locksLeft() throws IOException {
        Set<String> inodes;
        try (Stream<Path> files = Files.walk(temporary)) {
            inodes = files.filter(Files::isRegularFile).map(DaemonTest::inode).collect(Collectors.toSet());
        }
        try (Stream<String> locks = Files.lines(Path.of("/proc/locks"))) {
            return locks.filter(lock -> inodes.contains(lock.replaceAll(".* [0-9a-f]+:[0-9a-f]+:(\\d+) .*", "$1")))
                    .toList();
        }
    }

    private static String inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino").toString();
        } catch (IOException gone) {
            return "";
        }
    }
}
