package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.config.Settings.Logging;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.store.QueueUrl;

class SettingsDefaultsTest extends SettingsFixture {
    @Test
    void rootGetsTheSystemsDefaults() {
        SettingsFile.Loaded loaded = SettingsFile.load(null, root());

        assertThat(loaded.settings())
                .isEqualTo(new Settings(
                        Path.of("/run/workerd/workerd.pid"),
                        null,
                        Duration.ofSeconds(10),
                        DaemonDirectory.beside(Path.of("/var/lib/workerd/queue.db")),
                        new QueueUrl.Sqlite(Path.of("/var/lib/workerd/queue.db")),
                        new Settings.Fence(Duration.ofSeconds(10), Settings.Fence.OnLoss.FREEZE),
                        4,
                        Duration.ofSeconds(5),
                        Path.of("/etc/workerd/handlers"),
                        Optional.of(Path.of("/usr/local/share/workerd/plugins")),
                        Map.of(),
                        new Logging(Path.of("/var/log/workerd.log"), Logging.Level.INFO, Logging.Format.TEXT),
                        new Policies(JobPolicy.DEFAULT, Map.of()),
                        Limits.NONE,
                        Retention.DEFAULT,
                        List.of(),
                        Optional.empty()));
        assertThat(loaded.files()).isEmpty();
        assertThat(loaded.origins().values()).containsOnly("default");
    }

    @Test
    void rootNeedsNoHome() {
        variables.clear();

        assertThat(SettingsFile.load(null, root()).settings().queue().text())
                .isEqualTo("sqlite:" + "/var/lib/workerd/queue.db");
    }

    @Test
    void aUserGetsPathsOfTheirOwn() {
        Settings settings = SettingsFile.load(null, user()).settings();

        assertThat(settings.pidfile()).hasToString("/home/ann/.local/state/workerd/workerd.pid");
        assertThat(settings.queue().text()).isEqualTo("sqlite:" + "/home/ann/.local/state/workerd/queue.db");
        assertThat(settings.handlersDir()).hasToString("/home/ann/.config/workerd/handlers");
        assertThat(settings.plugins()).isEmpty();
        assertThat(settings.logging().file()).hasToString("/home/ann/.local/state/workerd/workerd.log");
        assertThat(settings.policies().defaults()).isEqualTo(JobPolicy.DEFAULT);
    }

    @Test
    void theXdgVariablesMoveTheUsersPaths() {
        variables.putAll(Map.of("XDG_STATE_HOME", "/s", "XDG_CONFIG_HOME", "/c", "XDG_RUNTIME_DIR", "/r"));

        Settings settings = SettingsFile.load(null, user()).settings();

        assertThat(settings.pidfile()).hasToString("/r/workerd/workerd.pid");
        assertThat(settings.queue().text()).isEqualTo("sqlite:" + "/s/workerd/queue.db");
        assertThat(settings.handlersDir()).hasToString("/c/workerd/handlers");
        assertThat(settings.logging().file()).hasToString("/s/workerd/workerd.log");
    }

    @Test
    void relativeXdgVariablesCountAsUnset() {
        variables.put("XDG_STATE_HOME", "state");

        assertThat(SettingsFile.load(null, user()).settings().queue().text())
                .isEqualTo("sqlite:" + "/home/ann/.local/state/workerd/queue.db");
    }

    @Test
    void withoutHomeItSaysWhatToDo() {
        variables.remove("HOME");

        assertThatThrownBy(() -> SettingsFile.load(null, user()))
                .hasMessage("1 problem in the configuration\n"
                        + "  HOME  is not set to a directory, which the defaults of daemon.pidfile, queue.url, handlers.dir,"
                        + " log.file need: set HOME, or use --config with a file that sets them");
    }

    @Test
    void aFileThatNamesEveryPathNeedsNoHome() {
        variables.remove("HOME");

        assertThat(
                        load("""
                        daemon.pidfile = "pid"
                        queue.url = "sqlite:q.db"
                        handlers.dir = "h"
                        log.file = "l"
                        """)
                                .settings()
                                .pidfile())
                .isEqualTo(dir.resolve("pid"));
    }

    @Test
    void theSystemsFileBringsTheSystemsDefaultsForAUserToo() {
        write("etc/workerd.toml", "");

        assertThat(SettingsFile.load(null, user()).settings().queue().text())
                .isEqualTo("sqlite:" + "/var/lib/workerd/queue.db");
        assertThat(SettingsFile.load(dir.resolve("etc/../etc/workerd.toml"), user())
                        .settings()
                        .queue()
                        .text())
                .isEqualTo("sqlite:" + "/var/lib/workerd/queue.db");
    }

    @Test
    void moreProcessorsThanJobsAreAllowedMakeNoProblem() {
        Environment large = new Environment(Map.of(), true, 4096, dir.resolve("none"));

        assertThat(SettingsFile.load(null, large).settings().concurrency()).isEqualTo(1024);
    }

    @Test
    void thisProcessHasAnEnvironment() {
        Environment here = Environment.ofProcess();

        assertThat(here.processors()).isPositive();
        assertThat(here.root()).isEqualTo("root".equals(System.getProperty("user.name")));
        assertThat(here.systemConfig()).hasToString("/etc/workerd/workerd.toml");
    }
}
