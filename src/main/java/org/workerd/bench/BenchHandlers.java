package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.workerd.probe.ProbePlugin;

/** The handlers of a bench: the two in Java as a plugin, the others as programs. Stateless. */
final class BenchHandlers {
    /** Its first instruction tells who runs it. */
    private static final String MARK = """
            #!/bin/sh
            echo $PPID >"$1"
            """;

    /** The same, but the first attempt goes on until it is ended. */
    private static final String LINGER =
            """
            #!/bin/sh
            echo $PPID >"$1"
            [ "$WORKERD_ATTEMPT" -gt 1 ] || exec sleep 30
            """;

    private BenchHandlers() {}

    static void write(Path programs, Path plugins) throws IOException {
        Files.copy(Path.of("/bin/true").toRealPath(), programs.resolve("true"));
        Files.writeString(programs.resolve("mark"), MARK);
        Files.writeString(programs.resolve("linger"), LINGER);
        for (String name : List.of("true", "mark", "linger")) {
            Files.setPosixFilePermissions(programs.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        ProbePlugin.write(plugins);
    }
}
