package org.workerd.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where a command's words go: data to stdout, talk to stderr, both in UTF-8. Not thread-safe. */
final class Console {
    private final PrintStream out = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
    private final PrintStream err =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    /** Data: one line. */
    void data(String line) {
        out.println(line);
    }

    /** Data as it is, without a line's end. */
    void raw(byte[] bytes, int length) {
        out.write(bytes, 0, length);
    }

    /** Talk: one line. */
    void say(String line) {
        err.println(line);
    }

    /** Data written so far reaches its reader now. */
    void flush() {
        out.flush();
    }

    /** False: some of the data could not be written. */
    boolean close() {
        return !out.checkError();
    }
}
