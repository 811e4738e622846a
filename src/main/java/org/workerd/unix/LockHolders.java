package org.workerd.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who took an flock of a file, as the kernel lists them: processes of our PID namespace and of those below it, also one
 * that has ended and left the lock to its children. Only a name: whether anybody holds the lock is known by trying it.
 */
public final class LockHolders {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    /** Of a line of /proc/locks; who only waits for a lock has an arrow where its kind would stand. */
    private static final int KIND = 1;

    private static final int PID = 4;
    private static final int FILE = 5;

    /** Of a line of /proc/self/mountinfo. */
    private static final int DEVICE = 2;

    private static final int MOUNT_POINT = 4;

    private LockHolders() {}

    /** Nobody, too, when all are in another PID namespace. */
    public static Set<Long> of(Path file) throws IOException {
        String inode = ":" + Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
        String sought = device(file).orElse("") + inode;
        return lines(LOCKS).stream()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields.length > FILE && fields[KIND].equals("FLOCK") && fields[FILE].endsWith(sought))
                .map(fields -> Long.parseLong(fields[PID]))
                .filter(pid -> pid > 0)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The kernel lists no lock at all: it is not to be asked. */
    public static boolean areHidden() throws IOException {
        return lines(LOCKS).isEmpty();
    }

    /** As the list of locks has it: that of the mount, which some file systems call otherwise than stat does. */
    private static Optional<String> device(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Path real = directory == null ? Path.of("/") : directory.toRealPath();
        String[] found = null;
        for (String line : lines(MOUNTS)) {
            String[] fields = line.split(" ", -1);
            boolean isAbove = fields.length > MOUNT_POINT && real.startsWith(unescaped(fields[MOUNT_POINT]));
            // Of two at the same place the later one covers the other.
            if (isAbove && (found == null || fields[MOUNT_POINT].length() >= found[MOUNT_POINT].length())) {
                found = fields;
            }
        }
        return Optional.ofNullable(found).map(mount -> inHex(mount[DEVICE]));
    }

    private static String inHex(String device) {
        int colon = device.indexOf(':');
        return hex(device.substring(0, colon)) + ":" + hex(device.substring(colon + 1));
    }

    private static String hex(String decimal) {
        String digits = Integer.toHexString(Integer.parseInt(decimal));
        return digits.length() < 2 ? "0" + digits : digits;
    }

    private static String unescaped(String path) {
        return path.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    }
}
