package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.FileStat;

/**
 * What the attempts of one slot get to write to, one after the other: a directory to work in, and beside it the files
 * for result, progress and retry. Making a directory waits for the file system's journal, so one that nobody touched is lent
 * to the next attempt. Used by one attempt at a time.
 */
public final class Scratch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);
    private static final int LONGEST_RESULT = 1 << 20;
    private static final int LONGEST_RETRY = 1 << 10;
    private static final FileAttribute<?> AS_MADE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));
    /** Most file systems know the time of a change to 10 ms or better; a virtual machine's clock may stand still a while. */
    private static final Duration FINE = Duration.ofSeconds(1);
    /** Those that know nothing below a second, to a second or two. */
    private static final Duration COARSE = Duration.ofSeconds(3);

    private final Path base;
    /** In nanoseconds, monotonic. */
    private final LongSupplier clock;

    private final Look look;
    /** What the two directories were when they were made; null: they are not there. */
    private @Nullable Stamp made;

    private long madeAt;
    /** Made so long before this attempt that a change by it cannot have left the directories' times as they were. */
    private boolean old;

    private @Nullable Boolean touched;
    private final SpareFile spareOutput = new SpareFile();

    Scratch(Path base) {
        this(base, System::nanoTime, FileStat::of);
    }

    Scratch(Path base, LongSupplier clock, Look look) {
        this.base = base;
        this.clock = clock;
        this.look = look;
    }

    /** What the file system says of a file; empty: there is none. */
    interface Look {
        Optional<FileStat> at(Path file) throws IOException;
    }

    /** Of both directories what every change in them changes. */
    private record Stamp(FileStat work, FileStat base) {
        /** Empty: one of them is not there. */
        static Optional<Stamp> of(Scratch scratch) throws IOException {
            Optional<FileStat> base = scratch.look.at(scratch.base);
            return scratch.look.at(scratch.work()).flatMap(work -> base.map(there -> new Stamp(work, there)));
        }

        Duration grain() {
            boolean isFine = work.changed() % 1_000_000_000L != 0 && base.changed() % 1_000_000_000L != 0;
            return isFine ? FINE : COARSE;
        }
    }

    /** What an attempt before left, and could not be removed then, goes now or nothing runs here. */
    Scratch open() throws IOException {
        if (!isStillThere()) {
            delete(base);
            Files.createDirectories(base);
            Files.createDirectory(work(), AS_MADE);
            made = Stamp.of(this).orElse(null);
            madeAt = clock.getAsLong();
        }
        old = made != null && clock.getAsLong() - madeAt > made.grain().toNanos();
        touched = null;
        return this;
    }

    /** What the attempt works in is there: it began before us. */
    Scratch resume() {
        touched = true;
        return this;
    }

    /** Whether the attempt wrote anything here. Asked once nothing of it is alive. */
    boolean isTouched() {
        Boolean known = touched;
        if (known == null) {
            known = !isAsMade();
            touched = known;
        }
        return known;
    }

    private boolean isAsMade() {
        try {
            return isStillThere() && (old || (holdsAtMost(1, base) && holdsAtMost(0, work())));
        } catch (IOException | DirectoryIteratorException goneOrNotToBeRead) {
            return false;
        }
    }

    private boolean isStillThere() {
        try {
            return made != null && Stamp.of(this).filter(made::equals).isPresent();
        } catch (IOException cannotBeTold) {
            return false;
        }
    }

    /** Looks no further: a handler may have left a million files there. */
    private static boolean holdsAtMost(int most, Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            Iterator<Path> entry = entries.iterator();
            for (int i = 0; i < most && entry.hasNext(); i++) {
                entry.next();
            }
            return !entry.hasNext();
        }
    }

    /** Nobody works there any more, and nobody is about to. */
    void tidy() {
        spareOutput.tidy();
        if (made != null) {
            made = null;
            if (!work().toFile().delete() && Files.exists(work(), LinkOption.NOFOLLOW_LINKS)) {
                LOG.warn("cannot remove {}", work());
            }
        }
    }

    /** For what a program prints, which stays elsewhere. */
    SpareFile spareOutput() {
        return spareOutput;
    }

    Path work() {
        return base.resolve("work");
    }

    Path result() {
        return base.resolve("result");
    }

    Path progress() {
        return base.resolve("progress");
    }

    /** When the program wants to be tried again. */
    Path retry() {
        return base.resolve("retry");
    }

    /** What the program wrote as its result, at most 1 MiB of it. */
    Optional<String> readResult() throws IOException {
        return read(result(), LONGEST_RESULT);
    }

    /** What the program wrote of when it wants to be tried again; nobody needs more words for that. */
    Optional<String> readRetry() throws IOException {
        return read(retry(), LONGEST_RETRY);
    }

    private Optional<String> read(Path file, int most) throws IOException {
        // A handler may have put anything there; a FIFO would hang us.
        if (!isTouched() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isReadable(file)) {
            // The handler took our own right to it away.
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            if (channel.size() > most) {
                LOG.warn("{} has {} bytes and is truncated to {}", file, channel.size(), most);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), most));
            int count = 0;
            while (bytes.hasRemaining() && count >= 0) {
                count = channel.read(bytes);
            }
            return Optional.of(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        }
    }

    /** What the attempt left goes; a directory that nobody touched waits for the next. */
    @Override
    public void close() {
        if (isTouched()) {
            made = null;
            delete(base);
        }
    }

    /** Removes a tree, never through a symbolic link; says in the log what cannot be removed. */
    public static void delete(Path tree) {
        try {
            Removal.of(tree);
        } catch (IOException failure) {
            LOG.warn("cannot remove {}: {}", tree, failure.toString());
        }
    }
}
