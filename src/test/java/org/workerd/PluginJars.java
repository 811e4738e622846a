package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;
import org.workerd.api.JobHandler;

/** Builds plugins out of sources, as whoever writes one would. */
public final class PluginJars {
    private final Map<String, String> sources = new TreeMap<>();
    private String services;

    /** A class, by its name, that the services file names. */
    public static PluginJars of(String type, String source) {
        PluginJars plugin = new PluginJars();
        plugin.services = type;
        return plugin.with(type, source);
    }

    /** A handler of this name with this body of its handle method, in a class of this name. */
    public static PluginJars handler(String type, String name, String body) {
        return of(type, source(type, name, body));
    }

    public static String source(String type, String name, String body) {
        return """
                import java.nio.file.*;
                import java.time.Duration;
                import java.util.*;
                import org.workerd.api.*;
                public class %s implements JobHandler {
                    public String name() { return "%s"; }
                    public JobResult handle(JobContext job) throws Exception {
                        %s
                    }
                }
                """
                .formatted(type, name, body);
    }

    public PluginJars with(String type, String source) {
        sources.put(type, source);
        return this;
    }

    public PluginJars services(String text) {
        services = text;
        return this;
    }

    /** Makes the jar, complete the moment it has its name. */
    public Path build(Path jar) {
        try {
            Path classes = Files.createTempDirectory("plugin");
            compile(sources, classes);
            Path draft = jar.resolveSibling("." + jar.getFileName() + ".new");
            Files.createDirectories(jar.getParent());
            pack(classes, draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
            delete(classes);
            return Files.move(draft, jar, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Compiles classes, given by their names, against what users of ours have. */
    public static void compile(Map<String, String> sources, Path classes) {
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((type, source) -> files.add(new Source(type, source)));
        StringWriter errors = new StringWriter();
        String classPath = Stream.of(JobHandler.class, Logger.class, NullMarked.class)
                .map(type -> locationOf(type).toString())
                .collect(Collectors.joining(":"));
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-cp",
                                classPath,
                                "-proc:none",
                                "-Xlint:none",
                                "--release",
                                "17"),
                        null,
                        files)
                .call();
        assertThat(compiled).as(errors.toString()).isTrue();
    }

    private void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> walk = Files.walk(classes)) {
            if (services != null) {
                out.putNextEntry(new JarEntry("META-INF/services/org.workerd.api.JobHandler"));
                out.write(services.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            for (Path type : walk.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(type).toString()));
                out.write(Files.readAllBytes(type));
            }
        }
    }

    public static Path locationOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> walk = Files.walk(tree)) {
            for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String type, String text) {
            super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }
    }
}
