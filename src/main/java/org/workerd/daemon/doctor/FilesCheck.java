package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.workerd.config.DaemonDirectory;
import org.workerd.config.Settings;
import org.workerd.job.ShellWord;
import org.workerd.store.QueueUrl;

/** Owners and modes: the daemon must be able to write its files, and nobody else the queue's. */
final class FilesCheck {
    private static final int WRITABLE_BY_OTHERS = 02;
    private static final int STICKY = 01000;

    private final Settings settings;
    private final DaemonUser user;
    private final List<Finding> findings = new ArrayList<>();

    FilesCheck(Settings settings) throws IOException {
        this.settings = settings;
        this.user = DaemonUser.of(settings);
    }

    List<Finding> look() throws IOException {
        DaemonDirectory directory = settings.directory();
        List<Path> ours = Stream.concat(
                        Stream.concat(Stream.of(directory.path()), queue()),
                        Stream.of(directory.ledgers(), directory.output(), directory.scratch()))
                .filter(Files::exists)
                .toList();
        for (Path file : ours) {
            writable("permissions", file);
            closed(file);
        }
        directory("log", settings.logging().file());
        directory("pidfile", settings.pidfile());
        if (findings.isEmpty()) {
            findings.add(Finding.ok("permissions", "user " + user.name() + " can write to all files of the daemon"));
        }
        return findings;
    }

    /** The queue's own files, if it is one. */
    private Stream<Path> queue() {
        return settings.queue() instanceof QueueUrl.Sqlite sqlite
                ? Stream.of("", "-wal", "-shm", ".gate", ".lock")
                        .map(end -> sqlite.file().resolveSibling(sqlite.file().getFileName() + end))
                : Stream.empty();
    }

    private void writable(String check, Path file) throws IOException {
        if (!user.mayWrite(file)) {
            findings.add(Finding.failure(
                    check,
                    "user " + user.name() + ", who owns the queue, cannot write to " + file,
                    "chown " + user.name() + " " + ShellWord.of(file) + " && chmod u+w " + ShellWord.of(file)));
        }
    }

    /** What a file is to be in; and the file itself, where there is one. */
    private void directory(String check, Path file) throws IOException {
        Path directory = file.toAbsolutePath().resolveSibling("").normalize();
        if (Files.exists(file) && check.equals("log")) {
            writable(check, file);
        } else if (Files.exists(directory)) {
            if (!user.mayWrite(directory)) {
                findings.add(Finding.failure(
                        check,
                        "user " + user.name() + ", who owns the queue, cannot create files in " + directory,
                        "create a directory owned by that user: install -d -o " + user.name() + " DIR"));
            }
        } else if (!user.mayWrite(VolumeCheck.existing(directory))) {
            // Whoever starts the daemon as a service may make it first.
            findings.add(Finding.warning(
                    check,
                    "there is no directory " + directory + ", and user " + user.name() + " cannot create it",
                    "install -d -o " + user.name() + " " + ShellWord.of(directory)));
        }
    }

    /** Whoever can write to the queue can have handlers run with any arguments. */
    private void closed(Path file) throws IOException {
        int mode = (int) Files.getAttribute(file, "unix:mode");
        if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
            findings.add(Finding.failure(
                    "permissions", file + " is writable by everybody", "chmod o-w " + ShellWord.of(file)));
        }
    }
}
