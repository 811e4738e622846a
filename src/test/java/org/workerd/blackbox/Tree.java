package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A copy of the built tree, whose jar is replaced by another build's as a package does it. */
final class Tree {
    private static final String SCHEMA = "org/workerd/store/sqlite/Schema";

    final Path launcher;
    private final Path lib;
    private final Path builds;

    /** Below a directory that is there. */
    Tree(Shell shell, Path top) throws IOException {
        Path home = top.resolve("tree");
        builds = Files.createDirectory(top.resolve("builds"));
        launcher = home.resolve("bin/workerd");
        lib = home.resolve("lib");
        // Without the archive of classes, which fits no other place.
        shell.run("cp", "-R", Installation.TREE.toString(), home.toString());
        shell.run("rm", "-r", home.resolve("cache").toString());
    }

    /** From now on a build of this version is installed. */
    void install(Path jar) throws IOException {
        Path fresh = Files.copy(jar, lib.resolve(".fresh"), StandardCopyOption.REPLACE_EXISTING);
        Path name = lib.resolve(jar.getFileName());
        Files.move(fresh, name, StandardCopyOption.ATOMIC_MOVE);
        for (Path other : ours()) {
            if (!other.equals(name)) {
                Files.delete(other);
            }
        }
    }

    private List<Path> ours() throws IOException {
        try (Stream<Path> jars = Files.list(lib)) {
            return jars.filter(jar -> String.valueOf(jar.getFileName()).matches("workerd-[0-9].*\\.jar"))
                    .toList();
        }
    }

    /** The build that the tree came with. */
    Path original() throws IOException {
        Path jar = Installation.jar("workerd-0");
        return Files.copy(jar, builds.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    /** The same under another version. */
    Path build(String version) throws IOException {
        return Files.copy(original(), builds.resolve("workerd-" + version + ".jar"));
    }

    /** The same again, with one more step of the schema. */
    Path build(String version, String migration) throws IOException {
        Path jar = build(version);
        Path source = Path.of("src/main/java", SCHEMA + ".java");
        String text = Installation.read(source);
        String last = "\"0002-rules.sql\"";
        assertThat(text).contains(last);
        Path changed =
                Files.createDirectories(builds.resolve(SCHEMA).getParent()).resolve("Schema.java");
        Installation.write(changed, text.replace(last, last + ", \"9999-more.sql\""));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", builds.toString(), "-cp", jar.toString(), changed.toString());
        assertThat(code).isZero();
        try (FileSystem inside = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            Files.copy(
                    builds.resolve(SCHEMA + ".class"),
                    inside.getPath(SCHEMA + ".class"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(inside.getPath(SCHEMA).resolveSibling("9999-more.sql"), migration);
        }
        return jar;
    }
}
