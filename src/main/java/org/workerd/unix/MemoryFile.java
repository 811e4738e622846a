package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file without a name, in memory: needs no disk, and goes with the last descriptor of it. */
public final class MemoryFile {
    private static final Libc CREATE = Libc.bind("memfd_create", POINTER, INT);
    private static final int CLOSE_ON_EXEC = 1;

    private MemoryFile() {}

    /** A descriptor of a new one that holds this. */
    public static int of(String name, String text) {
        int descriptor = CREATE.call("cannot make a file in memory", name, CLOSE_ON_EXEC);
        Posix.writeAt(descriptor, 0, text.getBytes(StandardCharsets.UTF_8));
        return descriptor;
    }

    /** What the one holds that we were given; it is gone afterwards. */
    public static String take(int descriptor) throws IOException {
        try {
            return Files.readString(Path.of("/proc/self/fd/" + descriptor));
        } finally {
            Posix.close(descriptor);
        }
    }
}
