package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A jar at one moment: another stamp, another jar.
 *
 * @param modified in microseconds since the epoch
 */
public record JarStamp(Path path, long size, long modified, long inode) {
    /** Of a link, that of the jar which it leads to; of one that leads nowhere, its own. Empty: it is gone. */
    static Optional<JarStamp> of(Path jar) {
        return of(jar, new LinkOption[0]).or(() -> of(jar, LinkOption.NOFOLLOW_LINKS));
    }

    private static Optional<JarStamp> of(Path jar, LinkOption... options) {
        try {
            Map<String, Object> attributes = Files.readAttributes(jar, "unix:size,lastModifiedTime,ino", options);
            FileTime modified = (FileTime) attributes.getOrDefault("lastModifiedTime", FileTime.fromMillis(0));
            return Optional.of(new JarStamp(
                    jar, (long) attributes.getOrDefault("size", 0L), modified.to(TimeUnit.MICROSECONDS), (long)
                            attributes.getOrDefault("ino", 0L)));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** As a record's own, which take every command that asks for a handler an eighth of its time to be made. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JarStamp stamp
                && path.equals(stamp.path)
                && size == stamp.size
                && modified == stamp.modified
                && inode == stamp.inode;
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }
}
