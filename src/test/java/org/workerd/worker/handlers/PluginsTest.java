package org.workerd.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.PluginJars;
import org.workerd.api.JobHandler;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.handlers.Handlers.AcceptedJava;
import org.workerd.worker.handlers.Handlers.Missing;
import org.workerd.worker.handlers.Handlers.Refused;

/** Which jars are loaded, which are refused and why, and what others get to know of it. */
class PluginsTest {
    private static final String FINE = "return JobResult.done();";

    @TempDir
    Path top;

    private Path directory;
    private DaemonDirectory directoryOfDaemon;
    private Plugins plugins;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createDirectory(top.resolve("plugins"));
        allow(directory, "rwxr-xr-x");
        directoryOfDaemon = DaemonDirectory.beside(
                Files.createDirectory(top.resolve("queue")).resolve("queue.db"));
        plugins = new Plugins(directoryOfDaemon.scratch().resolve("1"), directoryOfDaemon, OwnUser.id());
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private Path jar(String name) {
        return directory.resolve(name + ".jar");
    }

    private JavaHandlers load() {
        return plugins.load(Optional.of(directory));
    }

    private String refusal(String jar) {
        return load().plugins().stream()
                .filter(plugin -> plugin.path().equals(jar(jar)))
                .findFirst()
                .flatMap(Plugin::objection)
                .orElse("accepted");
    }

    @Test
    void aHandlerIsKnownByTheNameThatItSays() {
        PluginJars.handler("Greet", "greet", FINE).build(jar("any"));
        JavaHandlers found = load();
        assertThat(found.vet("greet")).isEqualTo(new AcceptedJava(jar("any")));
        assertThat(found.code("greet").map(JobHandler::name)).contains("greet");
        assertThat(found.vet("any")).isEqualTo(new Missing());
    }

    @Test
    void whereOthersCouldReplaceItsCopyNothingIsLoaded() throws IOException {
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        allow(directoryOfDaemon.path(), "rwxrwx---");
        assertThat(refusal("a")).startsWith("the directory " + directoryOfDaemon.path() + " is writable by its group");
        Files.setAttribute(directoryOfDaemon.path(), "unix:mode", 01770);
        assertThat(refusal("a")).isEqualTo("accepted");
    }

    @Test
    void withoutADirectoryThereIsNothing() throws IOException {
        assertThat(plugins.load(Optional.empty()).plugins()).isEmpty();
        assertThat(plugins.load(Optional.of(top.resolve("none"))).plugins()).isEmpty();
        Files.writeString(directory.resolve("notes.txt"), "");
        Files.writeString(directory.resolve(".half.jar.new"), "");
        Files.writeString(directory.resolve(".hidden.jar"), "");
        assertThat(load().plugins()).isEmpty();
    }

    @Test
    void whatOthersCouldHaveWrittenIsNeverLoaded() throws IOException {
        Path trap = top.resolve("sprung");
        String source = PluginJars.source("Trap", "trap", FINE)
                .replace(
                        "{\n    public String",
                        "{\n static { try { Files.createFile(Path.of(\"" + trap
                                + "\")); } catch (Exception e) { } }\n    public String");
        PluginJars.of("Trap", source).build(jar("trap"));
        allow(jar("trap"), "rw-rw-r--");
        assertThat(refusal("trap")).isEqualTo("it is writable by its group or by others: chmod go-w " + jar("trap"));
        allow(jar("trap"), "rw-r--r--");
        allow(directory, "rwxrwxr-x");
        assertThat(refusal("trap"))
                .isEqualTo("the directory " + directory + " is writable by its group or by others: chmod go-w "
                        + directory);
        allow(directory, "rwxr-xr-x");
        Path target = Files.move(
                jar("trap"), Files.createDirectory(top.resolve("open")).resolve("elsewhere"));
        Files.createSymbolicLink(jar("trap"), target);
        allow(target.resolveSibling(""), "rwxrwxr-x");
        assertThat(refusal("trap"))
                .isEqualTo("the directory " + top.resolve("open") + " on the way to its target is writable by its group"
                        + " or by others: chmod go-w " + top.resolve("open"));
        assertThat(trap).doesNotExist();
        Files.delete(jar("trap"));
        Files.move(target, jar("trap"));
        assertThat(refusal("trap")).isEqualTo("accepted");
        assertThat(trap).exists();
    }

    @Test
    void aJarIsLoadedThroughALinkAndAgainWhenTheLinkLeadsToANewOne() throws IOException {
        Path one = top.resolve("greet-1.0");
        Path two = top.resolve("greet-1.1");
        PluginJars.of("Greet", PluginJars.source("Greet", "greet", FINE)).build(one);
        PluginJars.of("Greet", PluginJars.source("Greet", "welcome", FINE)).build(two);
        Files.createSymbolicLink(jar("greet"), one);
        assertThat(load().plugins().get(0).names()).containsExactly("greet");
        Files.delete(jar("greet"));
        Files.createSymbolicLink(jar("greet"), two);
        assertThat(load().plugins().get(0).names()).containsExactly("welcome");
        Files.delete(two);
        assertThat(refusal("greet")).isEqualTo("it is a symbolic link to nothing: there is no " + two);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    public Broken() { throw new IllegalStateException("no key"); } | it cannot be loaded: IllegalStateException: no key
                    static int x = 1 / Integer.parseInt("0");                       | it cannot be loaded: ArithmeticException: / by zero
                    { System.loadLibrary("missing"); }                              | it cannot be loaded: UnsatisfiedLinkError: no missing in java.library.path
                    private Broken(int x) { }                                       | it cannot be loaded: NoSuchMethodException: Broken.<init>()
                    """)
    void aHandlerThatCannotBeMadeRefusesItsJar(String member, String reason) {
        String source = PluginJars.source("Broken", "broken", FINE).replace("JobHandler {", "JobHandler { " + member);
        PluginJars.of("Broken", source).build(jar("broken"));
        PluginJars.handler("Fine", "fine", FINE).build(jar("fine"));
        assertThat(refusal("broken")).startsWith(reason);
        assertThat(load().vet("fine")).isEqualTo(new AcceptedJava(jar("fine")));
        assertThat(load().vet("broken")).isEqualTo(new Missing());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "no name"       | the name of Odd must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "no name"
                    (String) null   | it cannot be loaded: NullPointerException: the name of Odd is null
                    "" + 1 / zero() | it cannot be loaded: ArithmeticException: / by zero
                    """)
    void aNameThatIsNoneRefusesItsJar(String name, String reason) {
        String source = PluginJars.source("Odd", "odd", FINE)
                .replace("return \"odd\"", "return " + name)
                .replace("JobHandler {", "JobHandler { int zero() { return 0; }");
        PluginJars.of("Odd", source).build(jar("odd"));
        assertThat(refusal("odd")).isEqualTo(reason);
    }

    @Test
    void whatIsNoPluginIsRefused() throws IOException {
        Files.writeString(jar("garbage"), "not a jar");
        allow(jar("garbage"), "rw-r--r--");
        assertThat(refusal("garbage")).isEqualTo("it cannot be loaded: ZipException: zip END header not found");
        PluginJars.handler("A", "a", FINE).services(null).build(jar("silent"));
        assertThat(refusal("silent")).isEqualTo("it has no META-INF/services/org.workerd.api.JobHandler");
        PluginJars.handler("A", "a", FINE).services("Gone").build(jar("gone"));
        assertThat(refusal("gone")).endsWith("Provider Gone not found");
        PluginJars.handler("A", "a", FINE)
                .with("B", PluginJars.source("B", "a", FINE))
                .services("A\nB")
                .build(jar("twice"));
        assertThat(refusal("twice")).isEqualTo("it has two handlers named a");
    }

    @Test
    void twoOfOneNameAreBothRefused() throws IOException {
        PluginJars.handler("A", "same", FINE).build(jar("one"));
        PluginJars.handler("A", "same", FINE).build(jar("two"));
        PluginJars.handler("A", "both", FINE).build(jar("both"));
        Path programs = Files.createDirectory(top.resolve("handlers"));
        Path program = Files.createFile(programs.resolve("both"));
        Handlers handlers = new Handlers(programs, OwnUser.id(), load());
        assertThat(handlers.vet("same"))
                .isEqualTo(new Refused("there are two handlers of this name, in " + jar("one") + " and in " + jar("two")
                        + ": remove or rename one"));
        assertThat(handlers.vet("both"))
                .isEqualTo(new Refused("there are two handlers of this name, " + program + " and one in " + jar("both")
                        + ": remove or rename one"));
        Files.delete(program);
        assertThat(handlers.vet("both")).isEqualTo(new AcceptedJava(jar("both")));
    }

    @Test
    void handlersInJavaNeedNoDirectoryOfPrograms() {
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        Handlers handlers = new Handlers(top.resolve("missing"), OwnUser.id(), load());
        assertThat(handlers.vet("a")).isEqualTo(new AcceptedJava(jar("a")));
        assertThat(handlers.all()).containsOnlyKeys("a");
    }

    @Test
    void onlyAChangedJarIsLoadedAgain() {
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        JobHandler first = load().code("a").orElseThrow();
        assertThat(load().code("a")).containsSame(first);
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        assertThat(load().code("a")).isPresent().get().isNotSameAs(first);
    }

    @Test
    void aJarOverwrittenInPlaceDoesNotHarmWhatIsLoaded() throws Exception {
        PluginJars.handler("A", "a", "return JobResult.done(Later.WORD);")
                .with("Later", "class Later { static final String WORD = new String(\"later\"); }")
                .build(jar("a"));
        JobHandler handler = load().code("a").orElseThrow();
        Files.writeString(jar("a"), "garbage");
        assertThat(handler.handle(null)).isEqualTo(org.workerd.api.JobResult.done("later"));
    }

    @Test
    void othersKnowWhatItFoundWithoutRunningIt() throws IOException {
        assertThat(known().complete()).isTrue();
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        Files.writeString(jar("garbage"), "not a jar");
        assertThat(known().complete()).isFalse();
        List<Plugin> found = load().plugins();
        assertThat(known().complete()).isTrue();
        assertThat(known().handlers().plugins()).isEqualTo(found);
        assertThat(known().handlers().vet("a")).isEqualTo(new AcceptedJava(jar("a")));
        PluginJars.handler("B", "b", FINE).build(jar("a"));
        assertThat(known().complete()).isFalse();
        assertThat(known().handlers().vet("a")).isEqualTo(new Missing());
        Files.delete(jar("a"));
        assertThat(known().complete()).isTrue();
        Files.delete(jar("garbage"));
        load();
        assertThat(directoryOfDaemon.pluginIndex()).doesNotExist();
    }

    @Test
    void noFileOfOthersIsWrittenThroughALink() throws IOException {
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        Path precious = Files.writeString(top.resolve("precious"), "kept");
        Path word = directoryOfDaemon.pluginIndex();
        Files.createSymbolicLink(
                word.resolveSibling(
                        word.getFileName() + "." + ProcessHandle.current().pid()),
                precious);
        Files.createSymbolicLink(word, precious);
        load();
        assertThat(precious).hasContent("kept");
        assertThat(known().complete()).isTrue();
    }

    @Test
    void aDamagedWordIsNoWord() throws IOException {
        PluginJars.handler("A", "a", FINE).build(jar("a"));
        load();
        Files.writeString(directoryOfDaemon.pluginIndex(), "\0\t1\t1\t1\t\t\n\n\t\t\t\t\t\nx\ty\n");
        assertThat(known().complete()).isFalse();
    }

    private PluginIndex.Known known() {
        return PluginIndex.read(directoryOfDaemon, Optional.of(directory));
    }
}
