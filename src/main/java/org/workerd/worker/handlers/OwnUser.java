package org.workerd.worker.handlers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The user of this process, without libc: loading its bindings takes longer than a whole command may. */
public final class OwnUser {
    private static final int ID = read();
    private static final String UNKNOWN = "?";

    private OwnUser() {}

    /** Its number. */
    public static int id() {
        return ID;
    }

    /** Its name; its number where there is no entry for it in passwd, for which Java says "?". */
    public static String name() {
        String name = System.getProperty("user.name", "");
        return name.isBlank() || name.equals(UNKNOWN) ? Integer.toString(ID) : name;
    }

    /** Its home directory, there or not; empty where there is no entry for it in passwd. */
    public static Optional<Path> home() {
        String home = System.getProperty("user.home", "");
        return home.isBlank() || home.equals(UNKNOWN) ? Optional.empty() : Optional.of(Path.of(home));
    }

    private static int read() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the user of this process from /proc/self", failure);
        }
    }
}
