package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workerd.config.Settings;
import org.workerd.engine.Engines;
import org.workerd.job.ShellWord;

/** The daemon of this pidfile: does it run, and is it still the one that is installed? */
final class DaemonCheck {
    private static final String CHECK = "daemon";
    private static final String DELETED = " (deleted)";
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+) .*");
    /** Those that it has anyway, and those that one attempt takes at most. */
    private static final int OWN_FILES = 64;

    private static final int FILES_OF_A_SLOT = 4;

    private final Settings settings;
    private final DaemonState daemon;

    DaemonCheck(Settings settings, DaemonState daemon) {
        this.settings = settings;
        this.daemon = daemon;
    }

    List<Finding> look() throws IOException {
        List<Finding> findings = new ArrayList<>();
        findings.add(pidfile());
        if (daemon.isRunning()) {
            Path process = Path.of("/proc", Long.toString(daemon.named()));
            deletedFiles(process, findings);
            openFiles(process).ifPresent(findings::add);
        }
        return findings;
    }

    private Finding pidfile() {
        return switch (daemon.kind()) {
            case RUNNING -> Finding.ok(CHECK, "running, pid " + daemon.named());
            case RUNNING_ELSEWHERE ->
                Finding.ok(CHECK, "running in another PID namespace, pid " + daemon.named() + " there");
            case STOPPED -> Finding.ok(CHECK, "not running");
            case LOCKED_BY_STRANGER ->
                Finding.warning(
                        CHECK,
                        "not running, but process " + daemon.holder() + " of another user has locked its pidfile "
                                + daemon.pidfile(),
                        "workerd start (it replaces the file); to see that process: ps -fp " + daemon.holder());
            case DEAD ->
                Finding.warning(
                        CHECK,
                        "it died: no process holds the lock of its pidfile " + daemon.pidfile(),
                        "workerd start (its jobs are put back; nothing is lost)");
            case CONTRADICTORY ->
                Finding.failure(
                        CHECK,
                        holder() + " holds the lock of the pidfile " + daemon.pidfile() + ", which " + names(),
                        "if it is not a workerd that is just starting, see what it is: "
                                + (daemon.holder() == 0
                                        ? "fuser -v " + ShellWord.of(daemon.pidfile())
                                        : "ps -fp " + daemon.holder()));
            case UNKNOWN ->
                Finding.failure(
                        CHECK,
                        "the pidfile " + daemon.pidfile() + " contains no pid, or cannot be read",
                        "ls -l " + ShellWord.of(daemon.pidfile())
                                + "; set daemon.pidfile to a file that only workerd uses");
        };
    }

    private String names() {
        if (daemon.named() == 0) {
            return "names no process";
        }
        return daemon.named() == daemon.holder()
                ? "names it, but it is not a workerd of the file's owner"
                : "names process " + daemon.named();
    }

    private String holder() {
        return daemon.holder() == 0 ? "a process of another PID namespace" : "process " + daemon.holder();
    }

    /** Only root and its own user may see what it has open; to others nothing is wrong. */
    private void deletedFiles(Path process, List<Finding> findings) throws IOException {
        Path open = process.resolve("fd");
        if (!Files.isReadable(open)) {
            return;
        }
        String queue = Engines.of(settings.queue(), Duration.ZERO).name();
        boolean queueGone = false;
        boolean programGone = false;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(open)) {
            for (Path link : links) {
                String target = Files.isSymbolicLink(link)
                        ? Files.readSymbolicLink(link).toString()
                        : "";
                queueGone |= target.equals(queue + DELETED);
                programGone |= target.endsWith(".jar" + DELETED);
            }
        }
        if (queueGone) {
            findings.add(Finding.failure(
                    CHECK,
                    "the queue " + queue + " was removed or replaced while it was open: new jobs do" + " not run",
                    "workerd restart --drain"));
        }
        if (programGone) {
            findings.add(Finding.warning(CHECK, "it runs an older version than the installed one", "workerd restart"));
        }
    }

    private Optional<Finding> openFiles(Path process) throws IOException {
        Path limits = process.resolve("limits");
        long needed = OWN_FILES + (long) FILES_OF_A_SLOT * settings.concurrency();
        if (!Files.isReadable(limits)) {
            return Optional.empty();
        }
        return Files.readAllLines(limits).stream()
                .map(OPEN_FILES::matcher)
                .filter(Matcher::matches)
                .map(line -> Long.parseLong(line.group(1)))
                .filter(limit -> limit < needed)
                .map(limit -> Finding.warning(
                        CHECK,
                        "its limit is " + limit + " open files; " + settings.concurrency() + " jobs at once may need "
                                + needed,
                        "ulimit -n " + needed + " before workerd start, or LimitNOFILE= of its service"))
                .findFirst();
    }
}
