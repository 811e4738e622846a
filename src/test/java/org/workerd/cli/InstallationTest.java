package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code init}, {@code config}, {@code handlers}, {@code help}, and what every command has in common. */
final class InstallationTest {
    static final List<String> COMMANDS = Commands.NAMES;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void initMakesAnInstallationThatNobodyElseCanWriteTo() throws IOException {
        Path made = directory.resolve("it's mine/demo");
        Cli.Said said = cli.run("init", made.toString());
        assertThat(said.status()).isZero();
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).contains("./workerd start", "cd '" + directory + "/it'\\''s mine/demo'");
        assertThat(permissions(made)).isEqualTo("rwxr-xr-x");
        assertThat(permissions(made.resolve("handlers"))).isEqualTo("rwxr-xr-x");
        assertThat(permissions(made.resolve("handlers/hello"))).isEqualTo("rwxr-xr-x");
        assertThat(permissions(made.resolve("handlers/run"))).isEqualTo("rwxr-xr-x");
        // One that its group may write is not read by logrotate.
        assertThat(permissions(made.resolve("logrotate.conf"))).isEqualTo("rw-r--r--");
        assertThat(permissions(made.resolve("http.token"))).isEqualTo("rw-------");
        assertThat(permissions(made.resolve("workerd"))).isEqualTo("rwxr-xr-x");
        assertThat(permissions(made.resolve("queue"))).isEqualTo("rwx------");
    }

    @Test
    void initChangesNothingWhereThereIsAnInstallation() throws IOException {
        Path made = directory.resolve("demo");
        cli.run("init", made.toString());
        Files.writeString(made.resolve("workerd.toml"), "# mine\n");
        assertThat(cli.run("init", made.toString()))
                .isEqualTo(new Cli.Said(
                        1,
                        "",
                        "workerd: " + made.resolve("workerd.toml") + " exists already; nothing was changed\n"
                                + "  Choose another directory, or move it away.\n"));
        assertThat(made.resolve("workerd.toml")).hasContent("# mine\n");
        assertThat(cli.run("init", made.resolve("workerd.toml").toString()).status())
                .isEqualTo(1);
        assertThat(cli.run("init").status()).isEqualTo(2);
    }

    @Test
    void theInstallationsOwnCommandPassesEverythingOn() throws Exception {
        Path made = directory.resolve("de mo");
        cli.run("init", made.toString());
        String wrapper = Files.readString(made.resolve("workerd"));
        Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(made.resolve("workerd"), wrapper.replaceFirst("exec '[^']*'", "exec '" + program + "'"));
        Process process = new ProcessBuilder("./workerd", "enqueue", "a b", "")
                .directory(made.toFile())
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("<--config><" + made.toRealPath().resolve("workerd.toml") + "><enqueue><a b><>");
    }

    @Test
    void configTellsEachSettingAndItsOrigin() throws IOException {
        assertThat(cli.run("config").out().lines())
                .contains("KEY                      VALUE"
                        + " ".repeat(directory.toString().length() + 19) + "FROM")
                .anyMatch(line -> line.matches("queue.url +sqlite:" + cli.queueFile() + " +workerd.toml:4:1"))
                .anyMatch(line -> line.matches("jobs.timeout +1h +default"));
        assertThat(cli.run("config", "--get", "queue.url").out()).isEqualTo("sqlite:" + cli.queueFile() + "\n");
        assertThat(cli.run("config", "--get", "queue.url", "--json").out())
                .endsWith("\"settings\":{\"queue.url\":{\"value\":\"sqlite:" + cli.queueFile()
                        + "\",\"from\":\"workerd.toml:4:1\"}}}\n");
        assertThat(cli.run("config", "--get", "daemon.pidfile").out())
                .isEqualTo(directory.resolve("workerd.pid") + "\n");
        assertThat(cli.run("config", "--json").out())
                .startsWith(
                        "{\"files\":[\"" + directory.resolve("workerd.toml") + "\"],\"settings\":{\"daemon.pidfile\":")
                .contains("\"jobs.timeout\":{\"value\":\"1h\",\"from\":\"default\"}");
        assertThat(cli.run("config", "--get", "queue.uri"))
                .isEqualTo(new Cli.Said(
                        2,
                        "",
                        "workerd: no setting is named queue.uri\n"
                                + "  Did you mean queue.url? workerd config shows them all.\n"));
    }

    @Test
    void aBadConfigurationStopsEveryCommandThatReadsIt() throws IOException {
        cli.settings("[jobs]\ntimeot = \"1h\"\n");
        for (List<String> command : List.of(
                List.of("config"),
                List.of("list"),
                List.of("handlers"),
                List.of("enqueue", "mail"),
                List.of("wait", "1"))) {
            Cli.Said said = cli.run(command.toArray(String[]::new));
            assertThat(said.status()).isEqualTo(6);
            assertThat(said.err())
                    .startsWith("workerd: 1 problem in the configuration\n")
                    .contains("timeout");
        }
    }

    @Test
    void handlersSaysWhatIsRefusedAndWhy() throws IOException {
        Files.writeString(directory.resolve("handlers/notes"), "");
        Files.createSymbolicLink(directory.resolve("handlers/link"), Path.of("mail"));
        Path broken = Files.createSymbolicLink(directory.resolve("handlers/broken"), Path.of("gone"));
        String reason = "it is a symbolic link to nothing: there is no " + broken.resolveSibling("gone");
        assertThat(cli.run("handlers").out())
                .isEqualTo(
                        """
                        NAME    KIND     STATUS    WHY
                        broken  program  refused   %s
                        link    program  accepted
                        mail    program  accepted
                        notes   program  refused   it is not executable: chmod +x %s
                        resize  program  accepted
                        """
                                .formatted(reason, directory.resolve("handlers/notes")));
        assertThat(cli.run("handlers", "-q").out()).isEqualTo("link\nmail\nresize\n");
        assertThat(cli.run("handlers", "--json").out())
                .startsWith("{\"handlers\":[{\"name\":\"broken\",\"kind\":\"program\",\"accepted\":false,\"reason\":\""
                        + reason
                        + "\",\"path\":\"" + broken + "\"},"
                        + "{\"name\":\"link\",\"kind\":\"program\",\"accepted\":true,\"reason\":null,");
    }

    @ParameterizedTest
    @FieldSource("COMMANDS")
    void everyCommandHasHelpWithTwoExamples(String command) {
        Cli.Said help = cli.run(command, "--help");
        assertThat(help.status()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).startsWith("Usage: workerd " + command).contains("\nExamples:\n");
        assertThat(help.out()
                        .substring(help.out().indexOf("Examples:"))
                        .lines()
                        .filter(line -> line.contains("workerd ")))
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(cli.run("help", command).out()).isEqualTo(help.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"next", "run", "disable", "enable", "import"})
    void aCommandOfCronHasHelpThatNamesIt(String command) {
        Cli.Said help = cli.run("help", "cron", command);
        assertThat(help).isEqualTo(cli.run("cron", command, "--help"));
        assertThat(help.out()).startsWith("Usage: workerd cron " + command);
        assertThat(cli.run("help", "cron", "nxt").err()).startsWith("workerd: unknown command: cron nxt\n");
    }

    @Test
    void aCommandThatDoesNotExistIsAUsageError() {
        assertThat(cli.run("enqueu"))
                .isEqualTo(new Cli.Said(
                        2, "", "workerd: unknown command: enqueu\n  Did you mean enqueue? Try: workerd help\n"));
        assertThat(cli.run("help", "lst").err()).contains("Did you mean list?");
        assertThat(cli.run().status()).isEqualTo(2);
        assertThat(cli.run("stop").err()).startsWith("workerd: stop is answered by bin/workerd");
    }

    @Test
    void whatOnlyStoresOrReadsLoadsNoBindingsOfLibcAndNoLog() throws Exception {
        cli.settings("[cron.a]\nschedule = \"@daily\"\nname = \"mail\"\n");
        for (List<String> command :
                List.of(List.of("enqueue", "mail", "x"), List.of("list"), List.of("show", "1"), List.of("cron"))) {
            List<String> line = new ArrayList<>(List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-Xlog:class+load:stderr",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "org.workerd.cli.Main",
                    "-c",
                    directory.resolve("workerd.toml").toString()));
            line.addAll(command);
            File loaded = directory.resolve("loaded").toFile();
            Process process = new ProcessBuilder(line).redirectError(loaded).start();
            assertThat(process.waitFor()).isZero();
            assertThat(Files.readAllLines(loaded.toPath()))
                    .anyMatch(one -> one.contains(" org.workerd.store.sqlite.SqliteDatabase "))
                    .noneMatch(one -> one.matches(".* (jnr|com\\.kenai|ch\\.qos\\.logback|com\\.zaxxer)\\..*"));
        }
    }
}
