package org.workerd.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What this machine is called. Stateless. */
public final class HostName {
    private HostName() {}

    /** Not through the resolver, which may wait for a name server. */
    public static String own() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException nameless) {
            return "localhost";
        }
    }

    /** The host, where it is another machine; else null. */
    public static @Nullable String other(@Nullable String host) {
        return host == null || host.isEmpty() || host.equals(own()) ? null : host;
    }
}
