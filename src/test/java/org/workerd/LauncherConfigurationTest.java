package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the launcher finds its configuration and the pidfile in it: by itself where it is plain, else by Java. */
class LauncherConfigurationTest extends LauncherStage {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[daemon]\npidfile = \"/x/y.pid\"\n",
                "# pidfile = 1\n[daemon] # here\r\n\t pidfile='/x/y.pid'   # \"pid\"\r\n",
                "name = 1\n[queues.daemon]\n[cron.\"a b\"]\npidfile = \"/no\"\nqueue = \"q\"\n"
                        + "[daemon]\ndrain_timeout = \"1h\"\npidfile = \"/x/y.pid\"\n[jobs.x]\npidfile = \"/no\"",
            })
    void aPlainPidfileNeedsNoJava(String toml) throws Exception {
        Files.writeString(config, toml);
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/x/y.pid\n");
        assertThat(javaCalls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "daemon.pidfile = \"/x\"\n",
                "daemon = { pidfile = \"/x\" }\n",
                "\"daemon\".pidfile = \"/x\"\n",
                "[ daemon ]\npidfile = \"/x\"\n",
                "[\"daemon\"]\npidfile = \"/x\"\n",
                "[\"\\u0064aemon\"]\npidfile = \"/x\"\n",
                "[daemon]\n\"pidfile\" = \"/x\"\n",
                "[daemon]\npidfile = \"/x\\u0041\"\n",
                "[daemon]\npidfile = \"\"\"/x\"\"\"\n",
                "[daemon]\npidfile = '''/x'''\n",
                "[daemon]\npidfile = 7\n",
                "[daemon]\npidfile = \"\"\n",
                "[daemon]\npidfile = \"/x\" y\n",
                "[daemon]\npidfile.x = \"/x\"\n",
                "[daemon]\npidfile = \"/x\"\npidfile = \"/y\"\n",
                "[daemon]\n[daemon]\npidfile = \"/x\"\n",
                "[cron.x]\npayload = \"\"\"\n[daemon]\npidfile = \"/x\"\n\"\"\"\n",
            })
    void whatOnlyATomlParserCanReadIsAskedOfJava(String toml) throws Exception {
        Files.writeString(config, toml);
        Files.writeString(java.resolveSibling("daemon.pidfile"), "/from/java.pid\n");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/from/java.pid\n");
        assertThat(javaCalls()).contains("-c " + config + " config --get daemon.pidfile");
        Files.createFile(java.resolveSibling("bad"));
        assertThat(workerd("stop").code()).isEqualTo(6);
        assertThat(workerd("status").code()).isEqualTo(4);
    }

    @Test
    void theLastOfConfDWins() throws Exception {
        Path parts = Files.createDirectories(top.resolve("conf/conf.d"));
        Files.writeString(parts.resolve("B.toml"), "[daemon]\npidfile = \"/upper\"\n");
        Files.writeString(parts.resolve("a.toml"), "[daemon]\npidfile = \"lower\"\n");
        Files.writeString(parts.resolve("z.conf"), "[daemon]\npidfile = \"/not-toml\"\n");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo(top + "/conf/lower\n");
    }

    @Test
    void theEnvironmentOverridesTheFile() throws Exception {
        environment.put("WORKERD_DAEMON__PIDFILE", "/over/ridden.pid");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/over/ridden.pid\n");
        environment.put("WORKERD_DAEMON__PIDFILE", pidfile.toString());
        environment.put("WORKERD_QUEUE__URL", "sqlite:" + top.resolve("elsewhere/queue.db"));
        daemon("job=42:resize:1:1000");
        assertThat(workerd("status", "--json").out()).contains("\"busy\":[]");
        environment.put("WORKERD_QUEUE__URL", "sqlite:" + top.resolve("conf/other.db") + "?x=1");
        assertThat(workerd("status", "--json").out()).contains("\"id\":42");
    }

    @Test
    void theFileMayComeFromTheEnvironment() throws Exception {
        environment.put("WORKERD_CONFIG", config.toString());
        assertThat(run(List.of(launcher.toString(), "status", "--pidfile")).out())
                .isEqualTo(pidfile + "\n");
    }

    @Test
    void aMissingConfigurationIsSaid() throws Exception {
        Path none = top.resolve("none.toml");
        for (String command : List.of("stop", "reload", "restart", "start")) {
            Done done = run(List.of(launcher.toString(), command, "--config=" + none));
            assertThat(done.code()).isEqualTo(6);
            assertThat(done.err()).contains(none + " does not exist");
        }
        assertThat(run(List.of(launcher.toString(), "-c", none.toString(), "status", "--json")))
                .extracting(Done::code, Done::out)
                .containsExactly(4, NOT_RUNNING);
    }

    @Test
    void withoutAConfigurationTheDefaultsHold() throws Exception {
        assumeTrue(Files.notExists(Path.of("/etc/workerd/workerd.toml")), "this machine has a configuration");
        environment.put("XDG_RUNTIME_DIR", "/run/user/65534");
        List<String> asked = List.of(launcher.toString(), "status", "--pidfile");
        if (isRoot()) {
            assertThat(run(asked).out()).isEqualTo("/run/workerd/workerd.pid\n");
        }
        List<String> other = isRoot() ? asNobody(asked) : asked;
        assertThat(run(other).out()).isEqualTo("/run/user/65534/workerd/workerd.pid\n");
        environment.remove("XDG_RUNTIME_DIR");
        assertThat(run(other).out()).isEqualTo(top + "/home/.local/state/workerd/workerd.pid\n");
        Path own = Files.createDirectories(top.resolve("home/.config/workerd"));
        Files.writeString(own.resolve("workerd.toml"), PLAIN);
        assertThat(run(other).out()).isEqualTo(own + "/run/workerd.pid\n");
    }

    @Test
    void aConfigurationThatCannotBeLookedAtIsNotPassedOver() throws Exception {
        assumeTrue(Files.notExists(Path.of("/etc/workerd/workerd.toml")), "this machine has a configuration");
        Path own = Files.createDirectories(top.resolve("home/.config/workerd"));
        Files.writeString(own.resolve("workerd.toml"), PLAIN);
        allow(own, "rwx------");
        Done stop = run(asNobody(List.of(launcher.toString(), "stop")));
        assertThat(stop.code()).isEqualTo(4);
        assertThat(stop.err()).contains("cannot read " + own, "permission denied");
    }

    @Test
    void withoutHomeTheUsersEntryTellsIt() throws Exception {
        environment.remove("HOME");
        List<String> asked = List.of(launcher.toString(), "status", "--pidfile");
        assertThat(run(asNobody(asked)).out()).isEqualTo("/nonexistent/.local/state/workerd/workerd.pid\n");
    }

    @Test
    void withoutHomeAndAnEntryNobodyKnowsWhatRuns() throws Exception {
        assumeTrue(isRoot(), "only root can become somebody else");
        environment.remove("HOME");
        List<String> asked =
                List.of("setpriv", "--reuid=12345", "--clear-groups", "--", launcher.toString(), "status", "--json");
        assertThat(run(asked)).satisfies(status -> {
            assertThat(status.code()).isEqualTo(4);
            assertThat(status.out()).isEqualTo(NOT_RUNNING);
            assertThat(status.err()).contains("HOME is not set", "--config");
        });
    }
}
