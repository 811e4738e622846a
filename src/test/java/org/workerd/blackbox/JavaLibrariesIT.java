package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.workerd.Tool;

/** The libraries for Java programs, as others get them: what is in their jars, and the example that uses them. */
class JavaLibrariesIT extends PluginDaemonTest {
    @Test
    void anotherProjectIsBuiltTestedAndRunWithThem() throws IOException {
        Path repository = repository();
        install(repository, "client");
        Path project = at.top.resolve("greet");
        copy(Installation.TREE.resolve("deploy/examples/java"), project);
        build(repository, project);

        assertThat(project.resolve("target/surefire-reports/TEST-example.GreetTest.xml"))
                .content()
                .containsPattern("tests=\"3\" errors=\"0\" skipped=\"0\" failures=\"0\"");
        assertThat(Installation.read(project.resolve("tree.txt")).lines().filter(line -> !line.endsWith(":test")))
                .map(line -> line.replaceAll("\\d+(\\.\\d+)+", "VERSION"))
                .containsExactly(
                        "example:greet:jar:1",
                        "+- org.workerd:workerd-api:jar:VERSION:provided",
                        "|  \\- org.slf4j:slf4j-api:jar:VERSION:provided",
                        "+- org.workerd:workerd-client:jar:VERSION:compile",
                        "|  \\- org.xerial:sqlite-jdbc:jar:VERSION:compile");

        Files.copy(project.resolve("target/greet.jar"), plugins.resolve("greet.jar"));
        Installation.allow(plugins.resolve("greet.jar"), "rw-r--r--");
        at.start();
        Shell.Done greeted = at.shell.run(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                project.resolve("target/greet.jar") + ":" + project.resolve("target/dependency/*"),
                "example.Enqueue",
                at.queue.toString(),
                "Ann",
                "Bob");
        assertThat(greeted).isEqualTo(new Shell.Done(0, "[Ann, Bob] Hello, Ann and Bob!\n", ""));
        assertThat(installed(repository, "client")).hasSameElementsAs(expected("client"));
        assertThat(installed(repository, "api")).hasSameElementsAs(expected("api"));
    }

    @Test
    void aProgramOfAnotherProjectRunsItsJobsItself() throws IOException {
        Path repository = repository();
        install(repository, "embedded");
        Path project = at.top.resolve("shop");
        copy(Installation.TREE.resolve("deploy/examples/java-embedded"), project);
        build(repository, project);

        assertThat(Installation.read(project.resolve("tree.txt")).lines())
                .map(line -> line.replaceAll("\\d+(\\.\\d+)+", "VERSION"))
                .containsExactly(
                        "example:shop:jar:1",
                        "+- org.workerd:workerd-embedded:jar:VERSION:compile",
                        "|  +- org.workerd:workerd-api:jar:VERSION:compile",
                        "|  |  \\- org.slf4j:slf4j-api:jar:VERSION:compile",
                        "|  +- org.xerial:sqlite-jdbc:jar:VERSION:compile",
                        "|  +- com.github.jnr:jffi:jar:VERSION:compile",
                        "|  +- com.github.jnr:jffi:jar:native:VERSION:runtime",
                        "|  \\- com.github.jnr:jnr-constants:jar:VERSION:compile",
                        "\\- com.fasterxml.jackson.jr:jackson-jr-objects:jar:VERSION:compile",
                        "   \\- com.fasterxml.jackson.core:jackson-core:jar:VERSION:compile");
        jobs();
        Shell.Done ran = at.shell.run(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                project.resolve("target/shop.jar") + ":" + project.resolve("target/dependency/*"),
                "example.Shop",
                at.queue.toString(),
                "a.png",
                "b.png");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).isEqualTo("a.png is 800 wide\nb.png is 800 wide\n");
        assertThat(jobs().count("daemons")).isZero();
        assertThat(installed(repository, "embedded")).hasSameElementsAs(expected("embedded"));
    }

    /** A library and what handlers import, as `mvn install` does; the rest stands there already. */
    private void install(Path repository, String library) throws IOException {
        // Only this may fetch: `verify`, of which this test is a part, needs no plugin that installs.
        maven(
                repository,
                Path.of("pom.xml").toAbsolutePath(),
                "install:install-file@" + library,
                "install:install-file@api");
    }

    private void build(Path repository, Path project) throws IOException {
        maven(
                repository,
                project.resolve("pom.xml"),
                "-o",
                "package",
                "dependency:copy-dependencies",
                "-DincludeScope=runtime",
                "dependency:tree",
                "-DoutputFile=tree.txt");
    }

    /** What the build has fetched, and nothing of workerd: that is still to be installed. */
    private Path repository() throws IOException {
        Path fetched = Path.of(System.getProperty("workerd.repository"));
        Path repository = at.top.resolve("repository");
        link(fetched, repository, "org");
        link(fetched.resolve("org"), repository.resolve("org"), "workerd");
        return repository;
    }

    private static void link(Path from, Path to, String leftOut) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path path : all.filter(path -> !path.endsWith(leftOut)).toList()) {
                Files.createSymbolicLink(to.resolve(path.getFileName()), path);
            }
        }
    }

    /** Else the temporary directory warns of each link that leads out of it. */
    @AfterEach
    void unlink() throws IOException {
        Path repository = Files.createDirectories(at.top.resolve("repository"));
        try (Stream<Path> links = Files.walk(repository, 2)) {
            for (Path link : links.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    private void maven(Path repository, Path pom, String... goals) {
        List<String> line = new ArrayList<>(List.of(
                Tool.needed("mvn").toString(), "-q", "-B", "-f", pom.toString(), "-Dmaven.repo.local=" + repository));
        line.addAll(List.of(goals));
        at.shell.environment.put("JAVA_HOME", System.getProperty("java.home"));
        Shell.Done done = at.shell.run(line);
        assertThat(done.code()).as(done.out() + done.err()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static Set<String> installed(Path repository, String library) throws IOException {
        try (Stream<Path> files = Files.walk(repository.resolve("org/workerd/workerd-" + library))) {
            return files.map(path -> path.getFileName().toString().replaceAll("\\d+(\\.\\d+)+", "VERSION"))
                    .filter(name -> name.endsWith(".jar") || name.endsWith(".pom"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> expected(String library) {
        return Stream.of(".jar", ".pom", "-sources.jar", "-javadoc.jar")
                .map(end -> "workerd-" + library + "-VERSION" + end)
                .collect(Collectors.toSet());
    }

    @Test
    void theClientNeedsNothingButItsLibrary() {
        assertThat(strangers("client", "org.sqlite.", "org.postgresql.", "javax.net."))
                .as("used by classes that are to be excluded from the jar `client` in the pom")
                .isEmpty();
    }

    @Test
    void theInterfacesOfHandlersNeedNothingButTheirLibrary() {
        assertThat(strangers("api", "org.slf4j.")).isEmpty();
    }

    @Test
    void theEmbeddedWorkerNeedsNothingButItsLibraries() {
        assertThat(strangers(
                        "embedded",
                        // named by methods that commands alone call
                        "org.workerd.config.Settings",
                        "javax.net.",
                        "javax.sql.",
                        "org.workerd.api.",
                        "org.slf4j.",
                        "org.sqlite.",
                        "com.kenai.jffi.",
                        "jnr.constants.",
                        "org.postgresql.",
                        "com.zaxxer.hikari."))
                .isEmpty();
    }

    /** Not to the last class: one that is added to the store is no fault. */
    @Test
    void theClientHoldsLittleThatItDoesNotNeed() throws IOException {
        Set<String> reached = classes("client").stream()
                .filter(type -> type.getPackageName().equals("org.workerd.client"))
                .flatMap(type -> type.getTransitiveDependenciesFromSelf().stream())
                .map(use -> use.getTargetClass().getName())
                .collect(Collectors.toSet());
        long all = 0;
        Map<String, Long> unneeded = new TreeMap<>();
        try (JarFile jar = new JarFile(jar("client").toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String type =
                        entry.getName().replaceFirst("(\\$.*)?\\.class$", "").replace('/', '.');
                all += entry.getSize();
                if (entry.getName().endsWith(".class")
                        && !type.startsWith("org.workerd.client.")
                        && !reached.contains(type)) {
                    unneeded.put(entry.getName(), entry.getSize());
                }
            }
        }
        assertThat(unneeded.values().stream().mapToLong(Long::longValue).sum())
                .as("bytes of " + all + " that nobody needs: " + unneeded)
                .isLessThan(all / 10);
    }

    /** The classes that it uses and that come neither with it nor with the JDK nor with its libraries. */
    private static Set<String> strangers(String library, String... itsLibraries) {
        Set<String> own = classes(library).stream().map(JavaClass::getName).collect(Collectors.toSet());
        return classes(library).stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(use -> use.getTargetClass().getBaseComponentType().getName())
                .filter(name -> name.contains(".") && !own.contains(name))
                // annotations that are not there do not exist for the JVM
                .filter(name -> Stream.concat(Stream.of("java.", "org.jspecify.annotations."), Stream.of(itsLibraries))
                        .noneMatch(name::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JavaClasses classes(String library) {
        try (JarFile jar = new JarFile(jar(library).toFile())) {
            return new ClassFileImporter().importJar(jar);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Path jar(String library) {
        return Installation.TREE.resolveSibling("workerd-" + library + ".jar");
    }
}
