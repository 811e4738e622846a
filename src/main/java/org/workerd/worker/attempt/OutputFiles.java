package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.DaemonDirectory;
import org.workerd.store.Moves.Removed;
import org.workerd.unix.UnixException;

/**
 * What attempts printed, in directories of the daemon's user: read and removed through no link, for root does it, too.
 * Stateless but for the place.
 */
public final class OutputFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OutputFiles.class);
    private static final int MOST_COUNTED = 2_000;

    private final Path directory;

    public OutputFiles(DaemonDirectory of) {
        this.directory = of.output();
    }

    /** What is done with what an attempt has printed. */
    public interface Reading {
        void of(FileChannel output) throws IOException;
    }

    /** All that is kept of an attempt that has ended, so much at most; empty: it is not there, or cannot be read. */
    public static Optional<ByteBuffer> kept(Path output, long limit) {
        AtomicReference<ByteBuffer> text = new AtomicReference<>();
        try {
            read(output, from -> text.set(kept(from, limit)));
        } catch (IOException | UnixException failure) {
            LOG.warn("cannot read {}: {}", output, failure.getMessage());
        }
        return Optional.ofNullable(text.get());
    }

    /** Where nobody has cut out the middle yet, because the daemon died, it is left out here. */
    private static ByteBuffer kept(FileChannel from, long limit) throws IOException {
        long half = limit / 2;
        byte[] gap = Output.gap(from.size() - 2 * half).getBytes(StandardCharsets.UTF_8);
        boolean whole = from.size() <= 2 * half + gap.length;
        ByteBuffer text = ByteBuffer.allocate((int) (whole ? from.size() : 2 * half + gap.length));
        fill(from, text, 0, whole ? (int) from.size() : (int) half);
        if (!whole) {
            fill(from, text.put(gap), from.size() - half, (int) half);
        }
        return text.flip();
    }

    private static void fill(FileChannel from, ByteBuffer text, long position, int count) throws IOException {
        text.limit(text.position() + count);
        long at = position;
        for (int read = 0; text.hasRemaining() && read >= 0; at += read) {
            read = from.read(text, at);
        }
        text.limit(text.capacity());
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
