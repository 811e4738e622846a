package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The archive of classes makes commands faster, and is never in anybody's way. */
final class ArchiveIT {
    private static final String JAVA = System.getProperty("java.home") + "/bin/java";

    /** One archive fits one path: every test finds its tree at the same one. */
    @TempDir
    private static Path trees;

    @TempDir
    private Path top;

    private Installation at;
    private Path tree;

    @BeforeAll
    static void makeATreeWithAnArchive() {
        Path copy = trees.resolve("copy");
        copy(Installation.TREE, copy);
        Shell shell = new Shell(trees);
        shell.environment.put("WORKERD_JAVA", JAVA);
        assertThat(shell.run(
                        copy.resolve("bin/workerd").toString(),
                        "archive",
                        copy.resolve("cache").toString()))
                .isEqualTo(new Shell.Done(0, "", ""));
        move(copy, trees.resolve("original"));
    }

    @BeforeEach
    void copyTheTree() throws IOException {
        at = new Installation(Files.createDirectory(top.resolve("private installation")));
        tree = trees.resolve("copy");
        at.shell.environment.put("WORKERD_JAVA", JAVA);
        copy(trees.resolve("original"), tree);
        at.handler("hello", "echo hello");
    }

    @AfterEach
    void removeTheTree() {
        move(trees.resolve("copy"), top.resolve("old copy"));
    }

    @Test
    void aCopiedTreeWorksWithoutAWord() {
        tree = top.resolve("elsewhere");
        copy(Installation.TREE, tree);
        assertStores(1);
    }

    @Test
    void aTreeWithASpaceInItsPathWorksWithoutAWord() {
        Path spaced = top.resolve("a tree");
        copy(tree, spaced);
        tree = spaced;
        assertThat(run("archive", tree.resolve("cache").toString())).isEqualTo(new Shell.Done(0, "", ""));
        assertStores(1);
    }

    @Test
    void aCommandTakesAllOfItsClassesFromTheArchiveAndNoneOfPicoclis() throws IOException {
        Path loaded = top.resolve("loaded");
        recordClassesIn(loaded);
        assertStores(1);
        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains(" org.workerd.cli.Main "))
                // Java 25 takes all that is in its archive at once.
                .noneMatch(
                        line -> line.contains(" picocli.") && Runtime.version().feature() < 25)
                .filteredOn(line -> line.contains(" org.workerd.") || line.contains(" org.sqlite."))
                .allMatch(line -> line.contains("shared objects file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "garbage", "of another build", "a directory", "of an older jar"})
    void anArchiveThatDoesNotFitIsLeftAsideWithoutAWord(String kind) throws Exception {
        Path archive = archive();
        archive.toFile().setWritable(true);
        switch (kind) {
            case "empty" -> Files.write(archive, new byte[0]);
            case "garbage" -> Files.writeString(archive, "no archive\n".repeat(10_000));
            case "of another build" -> {
                try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
                    file.seek(8);
                    file.write(new byte[400]);
                }
            }
            case "a directory" -> {
                Files.delete(archive);
                Files.createDirectory(archive);
            }
            case "of an older jar" -> touchTheJars();
            default -> throw new IllegalArgumentException(kind);
        }
        assertStores(1);
    }

    private void touchTheJars() throws IOException {
        try (Stream<Path> jars = Files.list(tree.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
            }
        }
    }

    @Test
    void anArchiveOfAnotherJavaIsLeftAsideWithoutAWord() throws IOException {
        Path other = Path.of("/usr/lib/jvm/temurin-25-jdk-amd64/bin/java");
        assumeTrue(Files.isExecutable(other), "there is no other Java");
        Path archive = archive();
        for (String name : List.of("java25.aot", "java17.jsa")) {
            if (!archive.endsWith(name)) {
                Files.copy(
                        archive,
                        tree.resolve("cache").resolve(name),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        at.shell.environment.put("WORKERD_JAVA", other.toString());
        assertStores(1);
    }

    @Test
    void doctorSaysWhetherCommandsStartFromItAndHowTheyWouldAgain() throws IOException {
        String command = tree.resolve("bin/workerd") + " archive";
        Path archive = archive();
        assertThat(archiveFinding()).isEqualTo("ok commands start from the class data archive " + archive);

        touchTheJars();
        assertThat(archiveFinding()).startsWith("warning the class data archive " + archive + " does not match");
        assertMends(command);
        Path fits = top.resolve("fits");
        Files.copy(archive, fits);

        Files.delete(archive);
        assertThat(archiveFinding()).startsWith("warning there is no class data archive " + archive);
        assertThat(hints()).contains("-> " + command);

        Files.copy(fits, archive);
        assertThat(archiveFinding()).startsWith("ok ");
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            // Of another build of Java, as after an update of it.
            file.seek(8);
            file.write(new byte[400]);
        }
        assertThat(archiveFinding()).startsWith("warning the class data archive " + archive + " does not match");
        assertThat(hints()).contains("-> " + command);
    }

    private void assertMends(String command) {
        assertThat(hints()).contains("-> " + command);
        assertThat(at.shell.run("sh", "-c", command).code()).isZero();
        assertThat(archiveFinding()).startsWith("ok ");
    }

    private List<String> hints() {
        return run("doctor").out().lines().map(String::strip).toList();
    }

    /** The level and the words. */
    private String archiveFinding() {
        return run("doctor")
                .out()
                .lines()
                .filter(line -> line.matches("(ok|warning) +archive .*"))
                .findFirst()
                .orElseThrow()
                .replaceFirst(" +archive +", " ");
    }

    @Test
    void withoutADirectoryItIsMadeWhereItIsLookedForAndSaysWhere() throws IOException {
        Shell.Done done = run("archive");
        assertThat(done.code()).isZero();
        assertThat(done.err()).contains("from the class data archive " + archive());
        assertThat(archive()).hasParent(tree.resolve("cache"));
    }

    @Test
    void theArchiveIsMadeWholeOrNotAtAll() {
        assertThat(run("archive", "one", "two")).extracting(Shell.Done::code).isEqualTo(2);
        Shell.Done done = run("archive", "/proc/none");
        assertThat(done.code()).isEqualTo(74);
        assertThat(done.err()).startsWith("workerd: cannot write to /proc/none");
        at.shell.environment.put(
                "WORKERD_JAVA",
                Installation.program(top.resolve("java"), FAILING).toString());
        Shell.Done failed = run("archive", top.resolve("elsewhere").toString());
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .startsWith("workerd: cannot create the class data archive")
                .contains("no luck today");
        assertThat(top.resolve("elsewhere")).doesNotExist();
    }

    private static final String FAILING =
            """
            #!/bin/sh
            [ "$1" != -version ] || { echo 'openjdk version "17.0.1"' >&2; exit; }
            echo 'no luck today' >&2
            exit 1
            """;

    private void assertStores(long id) {
        assertThat(run("enqueue", "hello")).isEqualTo(new Shell.Done(0, id + "\n", ""));
    }

    private static void copy(Path one, Path other) {
        succeeds("cp", "-a", one.toString(), other.toString());
    }

    private static void move(Path one, Path other) {
        succeeds("mv", one.toString(), other.toString());
    }

    private static void succeeds(String... line) {
        assertThat(new Shell(trees).run(line).code()).isZero();
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.list(tree.resolve("cache"))) {
            String version = "java" + Runtime.version().feature() + ".";
            return files.filter(file -> file.getFileName().toString().startsWith(version))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** By a java that is the test's, but told to. */
    private void recordClassesIn(Path file) {
        String script =
                """
                #!/bin/sh
                [ "$1" != -version ] || exec JAVA "$@"
                for word; do
                    shift
                    [ "$word" != -cp ] || set -- "$@" '-Xlog:class+load:file=FILE'
                    set -- "$@" "$word"
                done
                exec JAVA "$@"
                """
                        .replace("JAVA", JAVA)
                        .replace("FILE", file.toString());
        at.shell.environment.put(
                "WORKERD_JAVA",
                Installation.program(top.resolve("java"), script).toString());
    }

    private Shell.Done run(String... words) {
        Stream<String> launcher = Stream.of(tree.resolve("bin/workerd").toString());
        Stream<String> config = words[0].equals("archive") ? Stream.of() : Stream.of("-c", at.config.toString());
        return at.shell.run(Stream.of(launcher, config, Stream.of(words))
                .flatMap(part -> part)
                .toList());
    }
}
