package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.ByteSize;
import org.workerd.job.ShellWord;

/** The queue's file from outside, by its size and neighbours alone: never opened here, for that drops SQLite's locks. */
final class QueueFileCheck {
    private static final String CHECK = "queue";
    /** The daemon keeps it below 64 MiB. */
    private static final long LARGE_LOG = 256L << 20;
    /** Making a queue takes milliseconds. */
    private static final Duration OLD_DRAFT = Duration.ofMinutes(1);

    private final Path queue;
    private final Instant now;

    QueueFileCheck(Path queue, Instant now) {
        this.queue = queue;
        this.now = now;
    }

    List<Finding> look() throws IOException {
        List<Finding> findings = new ArrayList<>();
        if (Files.notExists(queue)) {
            return findings;
        }
        findings.add(log());
        drafts(findings);
        findings.add(output());
        return findings;
    }

    private Finding log() throws IOException {
        Path log = queue.resolveSibling(queue.getFileName() + "-wal");
        long size = Files.exists(log) ? Files.size(log) : 0;
        return size > LARGE_LOG
                ? Finding.warning(
                        "write-ahead log",
                        ByteSize.brief(size) + " beside a queue of " + ByteSize.brief(Files.size(queue))
                                + ": a program keeps an old read transaction open",
                        "see which one: fuser -v " + ShellWord.of(queue) + ", and end it; or workerd restart")
                : Finding.ok("write-ahead log", ByteSize.brief(size));
    }

    private void drafts(List<Finding> findings) throws IOException {
        try (DirectoryStream<Path> drafts =
                Files.newDirectoryStream(queue.resolveSibling(""), queue.getFileName() + ".new-*")) {
            for (Path draft : drafts) {
                Instant made = Files.getLastModifiedTime(draft).toInstant();
                if (made.plus(OLD_DRAFT).isBefore(now)) {
                    findings.add(Finding.warning(
                            CHECK,
                            draft + " is a temporary file of a program that was killed",
                            "rm " + ShellWord.of(draft)));
                }
            }
        }
    }

    private Finding output() throws IOException {
        long[] sizes = new long[2];
        Path output = DaemonDirectory.beside(queue).output();
        if (Files.isReadable(output)) {
            Files.walkFileTree(output, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sizes[0]++;
                    sizes[1] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException goneMeanwhile) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return Finding.ok("output", sizes[0] + " files, " + ByteSize.brief(sizes[1]));
    }
}
