package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import org.workerd.config.DaemonDirectory;
import org.workerd.store.Moves.Removed;

/**
 * What attempts printed, in directories of the daemon's user: read and removed through no link, for root does it, too.
 * Stateless but for the place.
 */
public final class OutputFiles {
    private static final int MOST_COUNTED = 2_000;

    private final Path directory;

    public OutputFiles(DaemonDirectory of) {
        this.directory = of.output();
    }

    /** What is done with what an attempt has printed. */
    public interface Reading {
        void of(FileChannel output) throws IOException;
    }

    private interface Use {
        void of(OpenDirectory opened) throws IOException;
    }

    /** Uses the {@link Output#path output} of an attempt, if it is there. */
    public static void read(Path output, Reading reading) throws IOException {
        Path thousand = output.toAbsolutePath().resolveSibling("");
        try {
            within(
                    thousand.resolveSibling(""),
                    all -> within(all, name(thousand), opened -> {
                        try (FileChannel channel = opened.read(name(output))) {
                            reading.of(channel);
                        }
                    }));
        } catch (NoSuchFileException none) {
            // It printed nothing so far.
        }
    }

    /** Removes what these jobs printed. Only once their removal is committed: else a job would have lost its output. */
    public void remove(Collection<Removed> jobs) throws IOException {
        within(directory, all -> {
            for (Removed job : jobs) {
                Path thousand = Output.path(directory, job.id(), 1).resolveSibling("");
                within(all, name(thousand), opened -> remove(job, opened));
            }
        });
    }

    private void remove(Removed job, OpenDirectory thousand) throws IOException {
        if (job.attempts() < 0 || job.attempts() > MOST_COUNTED) {
            // Somebody wrote the number, and it may be two thousand millions.
            empty(thousand, name -> name.startsWith(job.id() + "."));
            return;
        }
        // One more than counted: an attempt that was given back may have printed something.
        for (int attempt = 1; attempt <= job.attempts() + 1; attempt++) {
            thousand.deleteIfExists(name(Output.path(directory, job.id(), attempt)));
        }
    }

    /** Removes the directories that only jobs below this id could use, with what a crash left in them. */
    public void removeBelow(long oldest) throws IOException {
        within(directory, all -> {
            for (String thousand : all.names()) {
                if (Output.isBefore(Path.of(thousand), oldest)) {
                    within(all, thousand, opened -> empty(opened, name -> true));
                    all.deleteDirectory(thousand);
                }
            }
        });
    }

    private static void empty(OpenDirectory thousand, Predicate<String> which) throws IOException {
        for (String name : thousand.names()) {
            if (name.endsWith(".log") && which.test(name)) {
                thousand.deleteIfExists(name);
            }
        }
    }

    private static void within(Path directory, Use use) throws IOException {
        try (OpenDirectory beside = OpenDirectory.of(directory.resolveSibling(""))) {
            within(beside, name(directory), use);
        }
    }

    private static void within(OpenDirectory above, String name, Use use) throws IOException {
        Optional<OpenDirectory> below = above.below(name);
        if (below.isPresent()) {
            try (OpenDirectory opened = below.get()) {
                use.of(opened);
            }
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
