package org.workerd.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.workerd.api.JobHandler;

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
        Path jar = plugins.resolve("bench.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("META-INF/services/" + JobHandler.class.getName()));
            out.write((NoopHandler.class.getName() + "\n" + StampHandler.class.getName() + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            writeClass(NoopHandler.class, out);
            writeClass(StampHandler.class, out);
        }
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void writeClass(Class<?> handler, JarOutputStream out) throws IOException {
        String entry = handler.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(entry));
        try (InputStream bytes = handler.getResourceAsStream("/" + entry)) {
            if (bytes == null) {
                throw new IOException("the class " + handler.getName() + " is missing from this build");
            }
            bytes.transferTo(out);
        }
    }
}
