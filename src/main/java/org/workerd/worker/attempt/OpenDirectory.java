package org.workerd.worker.attempt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that others may write to, opened: what is in it is reached through its descriptor and never through a
 * symbolic link, so that nobody can lead root elsewhere. Without native calls. For one thread.
 */
public final class OpenDirectory implements Closeable {
    private final Path path;
    private final SecureDirectoryStream<Path> stream;

    private OpenDirectory(Path path, DirectoryStream<Path> stream) throws IOException {
        this.path = path;
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            this.stream = secure;
        } else {
            stream.close();
            throw new FileSystemException(path.toString(), null, "its file system opens no directories");
        }
    }

    /** Where the configuration or the user says; there may be links on the way. */
    @SuppressWarnings("StreamResourceLeak") // closed by who closes the directory
    public static OpenDirectory of(Path path) throws IOException {
        return new OpenDirectory(path, Files.newDirectoryStream(path));
    }

    /** One that is in it. Empty: there is none. */
    @SuppressWarnings("StreamResourceLeak") // closed by who closes the directory
    public Optional<OpenDirectory> below(String name) throws IOException {
        Path below = path.resolve(name);
        try {
            if (!attributes(name).isDirectory()) {
                throw new FileSystemException(below.toString(), null, "it is not a directory");
            }
            return Optional.of(
                    new OpenDirectory(below, stream.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private BasicFileAttributes attributes(String name) throws IOException {
        return stream.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /** Of all that is in it. May be asked once. */
    List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try {
            stream.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return names;
    }

    /** Opens a regular file to read it; anything else might never return. */
    public FileChannel read(String name) throws IOException {
        if (!attributes(name).isRegularFile()) {
            throw new FileSystemException(path.resolve(name).toString(), null, "it is not a regular file");
        }
        return (FileChannel)
                stream.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    /** Makes a file, with these permissions whatever the umask. */
    public void write(String name, String text, String permissions) throws IOException {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        try (SeekableByteChannel channel = stream.newByteChannel(
                Path.of(name),
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(wanted))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        stream.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setPermissions(wanted);
    }

    /** Gives the directory itself these permissions. */
    public void allow(String permissions) throws IOException {
        stream.getFileAttributeView(PosixFileAttributeView.class)
                .setPermissions(PosixFilePermissions.fromString(permissions));
    }

    /** Removes a file, or a link, that may be there. */
    void deleteIfExists(String name) throws IOException {
        try {
            stream.deleteFile(Path.of(name));
        } catch (NoSuchFileException gone) {
            // As it shall be.
        }
    }

    void deleteDirectory(String name) throws IOException {
        stream.deleteDirectory(Path.of(name));
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
