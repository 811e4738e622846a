package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Progress;

/** The file to which a program appends how far it is: its last line counts. For one thread. */
final class ProgressFile {
    private static final int LONGEST_LINE = 4096;

    private final Path file;
    private long size;
    private FileTime modified = FileTime.fromMillis(0);

    ProgressFile(Path file) {
        this.file = file;
    }

    /** What it says since the last look; empty when that is nothing, or nothing that can be read. */
    Optional<Progress> news() throws IOException {
        if (file.toFile().length() == 0) {
            return Optional.empty();
        }
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // A handler may have put anything there; a FIFO would hang us.
        if (!now.isRegularFile()
                || (now.size() == size && now.lastModifiedTime().equals(modified))) {
            return Optional.empty();
        }
        size = now.size();
        modified = now.lastModifiedTime();
        List<String> lines = tail().lines().toList();
        return lines.isEmpty() ? Optional.empty() : Progress.parse(lines.get(lines.size() - 1));
    }

    private String tail() throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), LONGEST_LINE));
            channel.position(channel.size() - bytes.capacity());
            int count = 0;
            while (bytes.hasRemaining() && count >= 0) {
                count = channel.read(bytes);
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }
}
