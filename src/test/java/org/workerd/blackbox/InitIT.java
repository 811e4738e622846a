package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A private installation, as {@code init} leaves it, does what it is said to do. */
final class InitIT {
    @TempDir
    private Path top;

    private Shell shell;
    private Path made;

    @BeforeEach
    void prepare() throws IOException {
        Installation.allow(top, "rwxr-xr-x");
        shell = new Shell(Files.createDirectory(top.resolve("outputs")));
        shell.environment.putAll(Map.of("PATH", System.getenv("PATH"), "HOME", top.toString(), "LANG", "C.UTF-8"));
        made = top.resolve("jobs");
    }

    @AfterEach
    void stop() {
        if (Files.exists(made.resolve("run/workerd.pid"))) {
            assertThat(workerd("stop", "--now").code()).isZero();
        }
    }

    private void init() {
        Shell.Done done = shell.run(Installation.LAUNCHER.toString(), "init", made.toString());
        assertThat(done.code()).as(done.err()).isZero();
    }

    private Shell.Done workerd(String... arguments) {
        List<String> line = new ArrayList<>(List.of(made.resolve("workerd").toString()));
        line.addAll(List.of(arguments));
        return shell.run(line);
    }

    private void start() {
        Shell.Done started = workerd("start");
        assertThat(started.code()).as(started.err()).isZero();
    }

    @Test
    void runExecutesItsArgumentsAndEndsAsTheyDo() {
        init();
        start();
        Shell.Done done = workerd(
                "enqueue",
                "run",
                "--max-attempts",
                "1",
                "--payload",
                "in put",
                "--wait",
                "--",
                "sh",
                "-c",
                "cat; exit 7",
                "x");
        assertThat(done.code()).isEqualTo(7);
        assertThat(workerd("logs", "1").out()).isEqualTo("in put");
    }

    @Test
    void runWithoutACommandSaysSoAndIsNotTriedAgain() {
        init();
        Shell.Done done = workerd("try", "run");
        assertThat(done.code()).isEqualTo(65);
        assertThat(done.out() + done.err())
                .contains("run: no command was given; try: workerd enqueue run -- make -C DIRECTORY -j4");
    }

    @Test
    void runIsTheHandlerOfTheExamples() throws IOException {
        init();
        assertThat(made.resolve("handlers/run"))
                .hasSameBinaryContentAs(Installation.TREE.resolve("deploy/examples/handlers/run"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobs",
                "two words",
                "it's \"quoted\"",
                "back\\slash",
                "st*r [x]?",
                "cur{ly}",
                "per%c $HOME `id` #1",
                "jöbs",
                "new\nline"
            })
    void itsLogIsRotatedByLogrotateWhateverItsName(String name) throws IOException {
        DaemonTest.needs("logrotate");
        made = top.resolve(name);
        init();
        start();
        Path log = made.resolve("log/workerd.log");
        Path rotated = made.resolve("log/workerd.log.1");
        assertThat(logrotate()).isEqualTo(new Shell.Done(0, "", ""));
        assertThat(rotated).content().contains("workerd is running");
        DaemonTest.until("the daemon has the new file", () -> Files.size(log) > 0);
        long id = Long.parseLong(workerd("enqueue", "hello", "--wait").out().strip());
        assertThat(log).content().contains("job=" + id);
        assertThat(rotated).content().doesNotContain("job=" + id);
    }

    @Test
    void withoutADaemonItsLogIsRotatedAllTheSame() throws IOException {
        DaemonTest.needs("logrotate");
        init();
        Path log = Files.writeString(made.resolve("log/workerd.log"), "a line\n");
        assertThat(logrotate()).isEqualTo(new Shell.Done(0, "", ""));
        assertThat(log).isEmptyFile();
        assertThat(made.resolve("log/workerd.log.1")).hasContent("a line");
    }

    /** As its first lines say, but now. */
    private Shell.Done logrotate() {
        return shell.run(
                "sh",
                "-c",
                "cd \"$1\" && logrotate --force --state run/logrotate.state logrotate.conf",
                "sh",
                made.toString());
    }
}
