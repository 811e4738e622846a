package org.workerd.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user of this process, without libc: loading its bindings takes longer than a whole command may. */
public final class OwnUser {
    private static final int ID = read();

    private OwnUser() {}

    /** Its number. */
    public static int id() {
        return ID;
    }

    private static int read() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot tell the user of this process from /proc/self", failure);
        }
    }
}
