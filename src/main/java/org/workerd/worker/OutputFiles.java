package org.workerd.worker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.workerd.store.Moves.Removed;

/** What attempts printed, to be removed after their jobs. Stateless but for the place. */
public final class OutputFiles {
    private static final int MOST_COUNTED = 2_000;

    private final Path directory;

    public OutputFiles(Path queueFile) {
        this.directory = Premises.output(queueFile);
    }

    /** Removes what these jobs printed. Only once their removal is committed: else a job would have lost its output. */
    public void remove(Collection<Removed> jobs) throws IOException {
        for (Removed job : jobs) {
            if (job.attempts() < 0 || job.attempts() > MOST_COUNTED) {
                // Somebody wrote the number, and it may be two thousand millions.
                removeAllOf(job.id());
                continue;
            }
            // One more than counted: an attempt that was given back may have printed something.
            for (int attempt = 1; attempt <= job.attempts() + 1; attempt++) {
                Files.deleteIfExists(Output.path(directory, job.id(), attempt));
            }
        }
    }

    private void removeAllOf(long job) throws IOException {
        Path thousand = Output.path(directory, job, 1).getParent();
        if (thousand == null || !Files.isDirectory(thousand)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(thousand, job + ".*.log")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Removes the directories that only jobs below this id could use, with what a crash left in them. */
    public void removeBelow(long oldest) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> thousands = Files.newDirectoryStream(directory, "[0-9]*")) {
            for (Path thousand : thousands) {
                if (Output.isBefore(thousand, oldest)) {
                    empty(thousand);
                    Files.deleteIfExists(thousand);
                }
            }
        }
    }

    private static void empty(Path thousand) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(thousand, "*.log")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }
}
