package org.workerd.unix;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;

/** Files of /proc, which are short and read several times for each attempt: with three calls and nothing around them. */
final class ProcFile {
    private static final int CHUNK = 1024;
    private static final int WHOLE = 32 * CHUNK;

    private ProcFile() {}

    /** Its text, a character for each byte; empty when it cannot be opened or read, for whatever reason. */
    static Optional<String> read(String path) {
        return opened(path, ProcFile::contents);
    }

    /** The same as it was at one moment, in one call: the memory of a process, which an exec replaces between two. */
    static Optional<String> readAtOnce(String path) {
        return readAtOnce(path, WHOLE);
    }

    private static Optional<String> readAtOnce(String path, int most) {
        Optional<String> text = opened(path, descriptor -> contentsAtOnce(descriptor, most));
        boolean mayBeCut = text.isPresent() && text.get().length() == most;
        return mayBeCut ? readAtOnce(path, 2 * most) : text;
    }

    private static Optional<String> opened(String path, IntFunction<Optional<String>> reader) {
        int descriptor = Posix.OPEN.invoke(path, Posix.READ | Posix.CLOSE_ON_EXEC, 0);
        if (descriptor < 0) {
            return Optional.empty();
        }
        try {
            return reader.apply(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }

    private static Optional<String> contentsAtOnce(int descriptor, int most) {
        byte[] bytes = new byte[most];
        int count = Posix.READ_CALL.invoke(descriptor, bytes, (long) most);
        return count < 0 ? Optional.empty() : Optional.of(text(bytes, count));
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
