package org.workerd.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.workerd.api.JobHandler;

/** A jar with handlers in Java, {@code noop} and {@code stamp}, made of this build's own classes. Stateless. */
public final class ProbePlugin {
    private ProbePlugin() {}

    /** Puts it into a directory for plugins, which must have none of its name. */
    public static void write(Path plugins) throws IOException {
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
