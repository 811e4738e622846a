package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Root's commands in directories of another user, who has put links to root's files there before. */
@Timeout(60)
final class PlantedLinksTest {
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    /** Root's own, which nobody else may even enter. */
    @TempDir
    Path roots;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        cli = new Cli(directory);
        assertThat(roots).isEmptyDirectory();
    }

    private static void give(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    }

    private Path plant(Path link, Path target) throws IOException {
        give(Files.createDirectories(link.getParent()));
        give(Files.createSymbolicLink(link, target));
        return link;
    }

    private Path output(String file) {
        return cli.queueFile().resolveSibling("output").resolve(file);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"handlers", "plugins", "log", "run", "queue"})
    void initMakesNothingBehindALinkAndOpensNothingUp(String name) throws IOException {
        Files.setPosixFilePermissions(roots, PosixFilePermissions.fromString("rwx-w----"));
        plant(directory.resolve("new/" + name), roots);
        Cli.Said said = cli.run("init", directory.resolve("new").toString());
        assertThat(said.status()).isNotZero();
        assertThat(said.err()).contains("/new/" + name + ": it is not a directory");
        assertThat(mode(roots)).isEqualTo("rwx-w----");
        assertThat(roots).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"handlers/hello", "handlers/run", "http.token", "logrotate.conf", "workerd", "workerd.toml"})
    void initWritesNoFileBehindALink(String name) throws IOException {
        plant(directory.resolve("new/" + name), roots.resolve("made"));
        Cli.Said said = cli.run("init", directory.resolve("new").toString());
        assertThat(said.status()).isNotZero();
        assertThat(said.err()).contains("/new/" + name + " exists already; nothing was changed");
        assertThat(roots).isEmptyDirectory();
    }

    @Test
    void enqueueMakesNoQueueBehindALink() throws IOException {
        plant(cli.queueFile(), roots.resolve("made"));
        assertThat(cli.run("enqueue", "mail").status()).isNotZero();
        assertThat(roots).isEmptyDirectory();
    }

    @Test
    void backupWritesToNoFileBehindALink() throws IOException {
        cli.enqueue("mail");
        Path backup = plant(directory.resolve("nobodys/backup.db"), roots.resolve("made"));
        assertThat(cli.run("backup", backup.toString()).status()).isNotZero();
        assertThat(roots).isEmptyDirectory();
    }

    @Test
    void logsPrintsNoFileBehindALink() throws IOException {
        Path secret = Files.writeString(roots.resolve("1.1.log"), "secret");
        cli.enqueue("mail");
        cli.claim();
        plant(output("0/1.1.log"), secret);
        assertThat(cli.run("logs", "1"))
                .matches(said -> said.status() != 0 && !said.out().contains("secret"))
                .extracting(Cli.Said::err)
                .asString()
                .contains("/output/0/1.1.log: it is not a regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"output", "output/0"})
    void logsEntersNoDirectoryBehindALink(String place) throws IOException {
        Files.createDirectories(roots.resolve("0"));
        Files.writeString(roots.resolve("0/1.1.log"), "secret");
        cli.enqueue("mail");
        cli.claim();
        plant(cli.queueFile().resolveSibling(place), place.equals("output") ? roots : roots.resolve("0"));
        Cli.Said said = cli.run("logs", "1");
        assertThat(said.status()).isNotZero();
        assertThat(said.out()).doesNotContain("secret");
        assertThat(said.err()).contains("/" + place + ": it is not a directory");
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void logsDoesNotWaitForAFifo() throws Exception {
        cli.enqueue("mail");
        cli.claim();
        Files.createDirectories(output("0"));
        Process made = new ProcessBuilder("mkfifo", output("0/1.1.log").toString()).start();
        assertThat(made.waitFor()).isZero();
        assertThat(cli.run("logs", "--attempt", "1", "1").err()).contains("it is not a regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"output", "output/0"})
    void deleteRemovesNothingBehindALink(String place) throws IOException {
        Files.createDirectories(roots.resolve("0"));
        Path file = Files.writeString(roots.resolve("0/1.1.log"), "root's");
        cli.enqueue("mail");
        assertThat(cli.run("cancel", "1").status()).isZero();
        plant(cli.queueFile().resolveSibling(place), place.equals("output") ? roots : roots.resolve("0"));
        cli.run("delete", "1");
        assertThat(file).hasContent("root's");
        assertThat(count(roots)).isEqualTo(1);
    }
}
