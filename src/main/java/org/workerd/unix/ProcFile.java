package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.LONG;
import static org.workerd.unix.Libc.POINTER;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Files of /proc, which are short and read several times for each attempt: with three calls and nothing around them. */
final class ProcFile {
    private static final Libc OPEN = Libc.bind("open", POINTER, INT, INT);
    private static final Libc READ = Libc.bind("read", INT, POINTER, LONG);
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int CHUNK = 1024;

    private ProcFile() {}

    /** Its text, a character for each byte; empty when it cannot be opened or read, for whatever reason. */
    static Optional<String> read(String path) {
        int descriptor = OPEN.invoke(path, CLOSE_ON_EXEC, 0);
        if (descriptor < 0) {
            return Optional.empty();
        }
        try {
            return contents(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }

    private static Optional<String> contents(int descriptor) {
        byte[] all = new byte[0];
        byte[] chunk = new byte[CHUNK];
        for (int count = READ.invoke(descriptor, chunk, (long) CHUNK);
                count != 0;
                count = READ.invoke(descriptor, chunk, (long) CHUNK)) {
            if (count < 0) {
                return Optional.empty();
            }
            all = Arrays.copyOf(all, all.length + count);
            System.arraycopy(chunk, 0, all, all.length - count, count);
        }
        return Optional.of(new String(all, StandardCharsets.ISO_8859_1));
    }
}
