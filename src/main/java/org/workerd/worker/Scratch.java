package org.workerd.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one attempt gets to write to: a directory to work in, and beside it the files for its result and progress. */
final class Scratch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);
    private static final int LONGEST_RESULT = 1 << 20;
    private static final FileAttribute<?> AS_MADE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));
    /** The same in the kernel's words: a directory, and that. */
    private static final int MODE = 0040750;
    /** Comes from the directory above. */
    private static final int SET_GROUP = 02000;

    private final Path base;

    private Scratch(Path base) {
        this.base = base;
    }

    /**
     * Fresh: what an attempt before left, and could not be removed then, goes now or nothing runs here. A directory to
     * work in that nobody touched is as good as new, and making one waits for the file system's journal.
     */
    static Scratch create(Path base) throws IOException {
        Scratch scratch = new Scratch(base);
        if (!scratch.isUntouched()) {
            delete(base);
            Files.createDirectories(base);
            Files.createDirectory(scratch.work(), AS_MADE);
        }
        return scratch;
    }

    /** Nobody works there any more, and nobody is about to. */
    static void tidy(Path base) {
        Path work = new Scratch(base).work();
        if (!work.toFile().delete() && Files.exists(work, LinkOption.NOFOLLOW_LINKS)) {
            LOG.warn("cannot remove {}", work);
        }
    }

    /** Nothing is there but the directory to work in, as it was made. */
    private boolean isUntouched() {
        try {
            return isAsMade() && holdsAtMost(1, base) && holdsAtMost(0, work());
        } catch (IOException | DirectoryIteratorException goneOrNotToBeRead) {
            return false;
        }
    }

    private boolean isAsMade() throws IOException {
        Map<String, @Nullable Object> made = attributes(work());
        Map<String, @Nullable Object> above = attributes(base);
        return made.get("mode") instanceof Integer mode
                && (mode & ~SET_GROUP) == MODE
                && Objects.equals(made.get("uid"), above.get("uid"))
                && Objects.equals(made.get("gid"), above.get("gid"));
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

    private static Map<String, @Nullable Object> attributes(Path directory) throws IOException {
        return Files.readAttributes(directory, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
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

    /** What the program wrote as its result, at most 1 MiB of it. */
    Optional<String> readResult() throws IOException {
        // A handler may have put anything there; a FIFO would hang us.
        if (!Files.isRegularFile(result(), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isReadable(result())) {
            // The handler took our own right to it away.
            Files.setPosixFilePermissions(result(), PosixFilePermissions.fromString("rw-------"));
        }
        try (SeekableByteChannel channel = Files.newByteChannel(result())) {
            if (channel.size() > LONGEST_RESULT) {
                LOG.warn("a result of {} bytes is cut to 1 MiB: {}", channel.size(), base);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), LONGEST_RESULT));
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
        if (!isUntouched()) {
            delete(base);
        }
    }

    /** Removes a tree, never through a symbolic link; says in the log what cannot be removed. */
    static void delete(Path tree) {
        try {
            if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
                Files.walkFileTree(tree, new Deletion());
            }
        } catch (IOException failure) {
            LOG.warn("cannot remove {}: {}", tree, failure.toString());
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        /** Tried again once: what still cannot be read then lacks something else than our rights to it. */
        private @Nullable Path opened;

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            // The handler may have taken our own rights to it away.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (!file.equals(opened) && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                opened = file;
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
                Files.walkFileTree(file, this);
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
