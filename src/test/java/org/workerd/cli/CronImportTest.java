package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.config.Environment;
import org.workerd.config.SettingsFile;
import org.workerd.job.CronEntry;

/** {@code cron import}. */
final class CronImportTest {
    private static final String CRONTAB =
            """
            # m h  dom mon dow   command
            MAILTO=ann@example.org
            PATH=/usr/local/bin:/usr/bin:/bin
            */15 9-17 * * mon-fri  /usr/local/bin/poll "it's" 100\\% \\n
            0 3 1,15 * *  nice -n 10 backup.sh --full >>log 2>&1
            30 4 * jan,JUL 7  backup.sh
            CRON_TZ=Europe/Berlin
            30 2 * * *  mail -s report ann%Hello,%%the report is due.
            @weekly /opt/häuser/run
            """;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.handler("run");
    }

    private Map<String, CronEntry> entries() {
        Environment environment = new Environment(Map.of("TZ", "UTC"), false, 2, Path.of("/nonexistent/workerd.toml"));
        Map<String, CronEntry> entries = new TreeMap<>();
        SettingsFile.load(directory.resolve("workerd.toml"), environment)
                .settings()
                .cron()
                .forEach(entry -> entries.put(entry.id(), entry));
        return entries;
    }

    private static Instant next(CronEntry entry) {
        return entry.next(Instant.parse("2026-11-23T12:00:00Z")).orElseThrow();
    }

    @Test
    void aFileThatIsNotThereOrADirectoryIsWrongUsage() {
        assertThat(cli.run("cron", "import", directory.toString()))
                .isEqualTo(new Cli.Said(
                        2,
                        "",
                        "workerd: cannot read " + directory
                                + ": it is a directory\n  Try: workerd cron import --help\n"));
        assertThat(cli.run("cron", "import", "/nonexistent/tab").status()).isEqualTo(2);
    }

    /** What it prints goes into the configuration as it is. */
    @Test
    void whatItPrintsIsAConfigurationThatRunsTheSameAtTheSameTimes() throws IOException {
        Path crontab = Files.writeString(directory.resolve("crontab"), CRONTAB);
        Cli.Said said = cli.run("cron", "import", crontab.toString());
        assertThat(said.err()).isEmpty();
        assertThat(said.status()).isZero();
        Files.createDirectory(directory.resolve("conf.d"));
        Files.writeString(directory.resolve("conf.d/cron.toml"), said.out());

        Map<String, CronEntry> entries = entries();
        assertThat(entries).containsOnlyKeys("poll", "backup", "backup-2", "mail", "run");
        assertThat(next(entries.get("poll"))).isEqualTo(Instant.parse("2026-11-23T12:15:00Z"));
        assertThat(next(entries.get("backup"))).isEqualTo(Instant.parse("2026-12-01T03:00:00Z"));
        assertThat(next(entries.get("backup-2"))).isEqualTo(Instant.parse("2027-01-03T04:30:00Z"));
        assertThat(next(entries.get("mail"))).isEqualTo(Instant.parse("2026-11-24T01:30:00Z"));
        assertThat(next(entries.get("run"))).isEqualTo(Instant.parse("2026-11-28T23:00:00Z"));
        assertThat(entries.values())
                .allMatch(
                        entry -> entry.job().name().equals("run") && entry.job().maxAttempts() == 1);
        List<String> shell = List.of("env", "PATH=/usr/local/bin:/usr/bin:/bin", "/bin/sh", "-c");
        assertThat(entries.get("poll").job().args())
                .startsWith(shell.toArray(String[]::new))
                .endsWith("cd; /usr/local/bin/poll \"it's\" 100% \\n");
        assertThat(entries.get("mail").job().args()).endsWith("cd; mail -s report ann");
        assertThat(entries.get("mail").job().payload()).isEqualTo("Hello,\n\nthe report is due.\n");
        assertThat(said.out()).contains("# MAILTO=ann@example.org # not taken over: ");
    }

    @Test
    void stdinIsReadForADash() {
        Cli.Said said = cli.withInput("@daily backup\n").run("cron", "import", "-");
        assertThat(said.out()).contains("[cron.backup]\nschedule = \"@daily\"\n");
    }

    @Test
    void aLineThatCannotBeLeavesNothingAndIsNamed() throws IOException {
        Path crontab =
                Files.writeString(directory.resolve("crontab"), "@daily backup\n\n@reboot start\n99 * * * * x\n");
        assertThat(cli.run("cron", "import", crontab.toString()))
                .isEqualTo(new Cli.Said(
                        2,
                        "",
                        "workerd: cannot import 2 lines of " + crontab + "\n"
                                + "  line 3: @reboot is no time, and workerd knows only times: enqueue the job where the"
                                + " machine starts its services\n"
                                + "  line 4: the minute must be 0 to 59, found \"99\"\n"
                                + "  Change the line or put # before it, and import again.\n"));
    }

    @Test
    void bytesThatAreNotTextAreRefusedWithTheirLine() {
        byte[] latin = {'#', '\n', '#', (byte) 0xe4, '\n'};
        Cli.Said said = cli.withInput(new ByteArrayInputStream(latin)).run("cron", "import", "-");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err())
                .startsWith("workerd: cannot import a line of stdin\n  line 2: the line is not UTF-8 text\n");
    }

    @Test
    void aSystemCrontabIsKnownByItsUsersUnlessToldOtherwise() {
        String text = "17 * * * * root cd / && run-parts /etc/cron.hourly\n@daily root x\n";
        Cli.Said detected = cli.withInput(text).run("cron", "import", "-");
        assertThat(detected.out()).contains("# In the crontab, as the user root\n[cron.cron-hourly]\n");
        assertThat(detected.err())
                .isEqualTo("workerd: read as a system crontab, with a user on each line (--user: without)\n"
                        + "workerd: the jobs will run as the daemon's user, not as root\n");
        Cli.Said asUser = cli.withInput(text).run("cron", "import", "--user", "-");
        assertThat(asUser.out()).contains("\"cd; root x\"");
        assertThat(asUser.err()).isEmpty();
        Cli.Said forced = cli.withInput("@daily nosuchuser x\n").run("cron", "import", "--system", "-");
        assertThat(forced.out()).contains("\"cd; x\"");
        assertThat(forced.err()).isEqualTo("workerd: the jobs will run as the daemon's user, not as nosuchuser\n");
        assertThat(cli.run("cron", "import", "--user", "--system", "-").status())
                .isEqualTo(2);
    }

    @Test
    void itSaysWhenTheHandlerIsMissing() throws IOException {
        Files.delete(directory.resolve("handlers/run"));
        assertThat(cli.withInput("@daily x\n").run("cron", "import", "-").err())
                .startsWith("workerd: the jobs, named run, will wait: ");
    }

    @Test
    void anEmptyCrontabIsNoMistake() {
        Cli.Said said = cli.withInput("").run("cron", "import", "-");
        assertThat(said.status()).isZero();
        assertThat(said.err()).isEmpty();
    }
}
