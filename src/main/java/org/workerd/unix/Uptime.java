package org.workerd.unix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long this machine has been up, its sleep included: what nobody can set. Stateless. */
public final class Uptime {
    private static final Path UPTIME = Path.of("/proc/uptime");

    private Uptime() {}

    /** To the hundredth of a second. */
    public static Duration now() {
        try {
            String seconds = Files.readString(UPTIME).split(" ", 2)[0];
            return Duration.ofMillis(Long.parseLong(seconds.replace(".", "")) * 10);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + UPTIME, failure);
        }
    }
}
