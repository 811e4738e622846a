package org.workerd.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A jar at one moment: another stamp, another jar.
 *
 * @param modified in microseconds since the epoch
 */
public record JarStamp(Path path, long size, long modified, long inode) {
    /** Empty: it is gone. */
    static Optional<JarStamp> of(Path jar) {
        try {
            Map<String, Object> attributes =
                    Files.readAttributes(jar, "unix:size,lastModifiedTime,ino", LinkOption.NOFOLLOW_LINKS);
            FileTime modified = (FileTime) attributes.getOrDefault("lastModifiedTime", FileTime.fromMillis(0));
            return Optional.of(new JarStamp(
                    jar, (long) attributes.getOrDefault("size", 0L), modified.to(TimeUnit.MICROSECONDS), (long)
                            attributes.getOrDefault("ino", 0L)));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
