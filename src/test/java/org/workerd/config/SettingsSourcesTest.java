package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.workerd.config.Settings.Logging;

class SettingsSourcesTest extends SettingsFixture {
    @Test
    void theFirstFileOfTheOrderHolds() {
        variables.put("XDG_CONFIG_HOME", dir + "/xdg");
        Path users = write("xdg/workerd/workerd.toml", "workers.concurrency = 11");
        assertThat(concurrencyFrom(null, user(), users)).isEqualTo(11);
        assertThat(SettingsFile.load(null, root()).files()).isEmpty();

        Path system = write("etc/workerd.toml", "workers.concurrency = 12");
        assertThat(concurrencyFrom(null, user(), system)).isEqualTo(12);

        Path named = write("named.toml", "workers.concurrency = 13");
        variables.put("WORKERD_CONFIG", named.toString());
        assertThat(concurrencyFrom(null, user(), named)).isEqualTo(13);

        Path explicit = write("explicit.toml", "workers.concurrency = 14");
        assertThat(concurrencyFrom(explicit, user(), explicit)).isEqualTo(14);
    }

    @Test
    void theUsersFileIsBelowHomeUnlessXdgSaysOtherwise() {
        variables.put("HOME", dir.toString());
        Path users = write(".config/workerd/workerd.toml", "workers.concurrency = 11");

        assertThat(concurrencyFrom(null, user(), users)).isEqualTo(11);
    }

    @Test
    void anEmptyWorkerdConfigCountsAsUnset() {
        variables.put("WORKERD_CONFIG", "");

        assertThat(SettingsFile.load(null, user()).files()).isEmpty();
    }

    @Test
    void aNamedFileThatIsMissingIsAProblemAndNotADefault() {
        Path missing = dir.resolve("no.toml");
        assertThatThrownBy(() -> SettingsFile.load(missing, user()))
                .hasMessage("1 problem in the configuration\n  " + missing
                        + "  cannot be read: there is no such file (named by --config)");

        variables.put("WORKERD_CONFIG", missing.toString());
        assertThatThrownBy(() -> SettingsFile.load(null, user()))
                .hasMessage("1 problem in the configuration\n  " + missing
                        + "  cannot be read: there is no such file (named by WORKERD_CONFIG)");
    }

    @Test
    void aDirectoryIsNoConfiguration() {
        assertThatThrownBy(() -> SettingsFile.load(dir, user()))
                .hasMessageStartingWith("1 problem in the configuration\n  " + dir + "  cannot be read: ");
    }

    @Test
    void whatIsTooLargeIsNoConfiguration() {
        assertThat(complaint("#".repeat((1 << 20) + 1)))
                .endsWith(
                        "\n  workerd.toml  is larger than 1MiB: this is not a configuration file (named by --config)");
    }

    @Test
    void aByteOrderMarkIsSkippedAndOtherBytesAreRefusedAtTheirPlace() throws IOException {
        assertThat(load("\uFEFFworkers.concurrency = 3").settings().concurrency())
                .isEqualTo(3);

        Files.write(dir.resolve("workerd.toml"), new byte[] {'#', '\n', '#', ' ', (byte) 0xe9, '\n'});
        assertThat(complaint()).endsWith("\n  workerd.toml:2:3  is not UTF-8 text");
    }

    @Test
    void filesBesideMergeInTheByteOrderOfTheirNames() {
        write("conf.d/b.toml", "log.level = 'warn'\nhandlers.env.A = 'b'\nhandlers.env.B = 'b'");
        write("conf.d/B.toml", "log.level = 'error'\nlog.format = 'json'");
        write("conf.d/10.toml", "jobs.resize.max_attempts = 4");
        write("conf.d/9.toml", "jobs.resize.kill_grace = '4s'\njobs.resize.max_attempts = 5");
        write("conf.d/.#b.toml", "broken");
        write("conf.d/note.txt", "broken");
        write("conf.d/deeper/x.toml", "broken");

        SettingsFile.Loaded loaded = load("log.level = 'debug'\nhandlers.env = { A = 'main', C = 'main' }");

        assertThat(loaded.files())
                .extracting(file -> dir.relativize(file).toString())
                .containsExactly("workerd.toml", "conf.d/10.toml", "conf.d/9.toml", "conf.d/B.toml", "conf.d/b.toml");
        assertThat(loaded.settings().logging().level()).isEqualTo(Logging.Level.WARN);
        assertThat(loaded.settings().logging().format()).isEqualTo(Logging.Format.JSON);
        assertThat(loaded.settings().handlersEnv()).isEqualTo(Map.of("A", "b", "B", "b", "C", "main"));
        assertThat(loaded.settings().policies().of("resize").maxAttempts()).isEqualTo(5);
        assertThat(loaded.settings().policies().of("resize").killGrace()).hasSeconds(4);
    }

    @Test
    void theEnvironmentOverridesTheFiles() {
        write("conf.d/1.toml", "log.level = 'warn'\njobs.resize.timeout = '1m'");
        variables.putAll(Map.of(
                "WORKERD_LOG__LEVEL", "debug",
                "WORKERD_WORKERS__CONCURRENCY", "9",
                "WORKERD_QUEUE__URL", "sqlite:/x/q.db",
                "WORKERD_DAEMON__DRAIN_TIMEOUT", "1m",
                "WORKERD_JOBS__OUTPUT_LIMIT", "2MiB",
                "WORKERD_JOBS__RESIZE__TIMEOUT", "2m",
                "WORKERD_HANDLERS__ENV__Mixed__Case", "x=1"));

        Settings settings = load("workers.concurrency = 1").settings();

        assertThat(settings.logging().level()).isEqualTo(Logging.Level.DEBUG);
        assertThat(settings.concurrency()).isEqualTo(9);
        assertThat(settings.queue().text()).isEqualTo("sqlite:" + "/x/q.db");
        assertThat(settings.drainTimeout()).hasMinutes(1);
        assertThat(settings.policies().defaults().outputLimit()).isEqualTo(2 << 20);
        assertThat(settings.policies().of("resize").timeout()).hasMinutes(2);
        assertThat(settings.handlersEnv()).isEqualTo(Map.of("Mixed__Case", "x=1"));
    }

    @Test
    void everySettingCanBeOverridden() {
        Map<String, String> before = SettingsFile.load(null, user()).values();
        before.forEach((key, value) ->
                variables.put("WORKERD_" + key.replace(".", "__").toUpperCase(Locale.ROOT), value));

        SettingsFile.Loaded after = SettingsFile.load(null, user());

        assertThat(after.values()).isEqualTo(before);
        assertThat(after.origins().values()).allMatch(origin -> origin.startsWith("WORKERD_"));
    }

    @Test
    void otherVariablesOfWorkerdAreNoOverrides() {
        for (String name : new String[] {
            "HOME", "JAVA", "JOB_ID", "JOB_NAME", "QUEUE", "ATTEMPT", "MAX_ATTEMPTS", "RESULT", "PROGRESS", "ANY_THING"
        }) {
            variables.put("WORKERD_" + name, "?");
        }
        variables.put("OTHER__LOG__LEVEL", "?");

        assertThat(SettingsFile.load(null, user()).origins().values()).containsOnly("default");
    }

    private static int concurrencyFrom(@Nullable Path explicit, Environment env, Path file) {
        SettingsFile.Loaded loaded = SettingsFile.load(explicit, env);
        assertThat(loaded.files()).containsExactly(file);
        return loaded.settings().concurrency();
    }
}
