package org.workerd.unix;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Files of /proc, which are short and read several times for each attempt: with three calls and nothing around them. */
final class ProcFile {
    private static final int CHUNK = 1024;
    private static final int WHOLE = 32 * CHUNK;

    private ProcFile() {}

    /** Its text, a character for each byte; empty when it cannot be opened or read, for whatever reason. */
    static Optional<String> read(String path) {
        int descriptor = Posix.OPEN.invoke(path, Posix.READ | Posix.CLOSE_ON_EXEC, 0);
        if (descriptor < 0) {
            return Optional.empty();
        }
        try {
            return contents(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }

    /** The same as it was at one moment, in one call: the memory of a process, which an exec replaces between two. */
    static Optional<String> readAtOnce(String path) {
        byte[] bytes = new byte[WHOLE];
        int count = readAtOnce(path, bytes);
        while (count == bytes.length) {
            bytes = new byte[2 * bytes.length];
            count = readAtOnce(path, bytes);
        }
        return count < 0 ? Optional.empty() : Optional.of(text(bytes, count));
    }

    private static int readAtOnce(String path, byte[] bytes) {
        int descriptor = Posix.OPEN.invoke(path, Posix.READ | Posix.CLOSE_ON_EXEC, 0);
        if (descriptor < 0) {
            return descriptor;
        }
        try {
            return Posix.READ_CALL.invoke(descriptor, bytes, (long) bytes.length);
        } finally {
            Posix.close(descriptor);
        }
    }

    private static Optional<String> contents(int descriptor) {
        byte[] all = new byte[0];
        byte[] chunk = new byte[CHUNK];
        for (int count = Posix.READ_CALL.invoke(descriptor, chunk, (long) CHUNK);
                count != 0;
                count = Posix.READ_CALL.invoke(descriptor, chunk, (long) CHUNK)) {
            if (count < 0) {
                return Optional.empty();
            }
            all = Arrays.copyOf(all, all.length + count);
            System.arraycopy(chunk, 0, all, all.length - count, count);
        }
        return Optional.of(text(all, all.length));
    }

    private static String text(byte[] bytes, int count) {
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    }
}
