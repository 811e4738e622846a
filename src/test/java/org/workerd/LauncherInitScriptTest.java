package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The init script as a process, in front of the launcher, and what shellcheck says of both. */
class LauncherInitScriptTest extends LauncherStage {
    @Test
    void theInitScriptKnowsItsActions() throws Exception {
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        for (List<String> line : List.of(List.<String>of(), List.of("explode"), List.of("start", "now"))) {
            Done done = init(line);
            assertThat(done.code()).isEqualTo(2);
            assertThat(done.err()).startsWith("Usage: ");
        }
    }

    @Test
    void theInitScriptRefusesBeforeItTouchesAnything() throws Exception {
        assumeTrue(isRoot(), "needs root");
        List<String> actions = List.of("start", "stop", "restart", "try-restart", "reload", "force-reload");
        for (String action : actions) {
            environment.put("WORKERD_DEFAULTS", defaults("").toString());
            assertThat(run(asNobody(initLine(List.of(action)))).code()).isEqualTo(4);
            environment.put("WORKERD_DEFAULTS", defaults("WORKERD_BIN=/none\n").toString());
            assertThat(init(List.of(action)).code()).isEqualTo(5);
            environment.put(
                    "WORKERD_DEFAULTS", defaults("WORKERD_CONFIG=/none\n").toString());
            assertThat(init(List.of(action)).code()).isEqualTo(6);
        }
        assertThat(init(List.of("status")).code()).isEqualTo(4);
        environment.put(
                "WORKERD_DEFAULTS", defaults("WORKERD_USER=nosuchuser\n").toString());
        Done start = init(List.of("start"));
        assertThat(start.code()).isEqualTo(6);
        assertThat(start.err()).contains("there is no user nosuchuser");
    }

    @Test
    void theInitScriptFollowsTheDaemon() throws Exception {
        assumeTrue(isRoot(), "needs root");
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        assertThat(init(List.of("status")).code()).isEqualTo(3);
        assertThat(init(List.of("stop")).code()).isZero();
        assertThat(init(List.of("try-restart")).code()).isZero();
        assertThat(init(List.of("reload")).code()).isEqualTo(7);
        assertThat(init(List.of("force-reload")).code()).isEqualTo(7);
        leaveStalePidfile();
        assertThat(init(List.of("status")).code()).isEqualTo(1);

        Process daemon = daemon();
        assertThat(init(List.of("status")).code()).isZero();
        assertThat(run(asNobody(initLine(List.of("status")))).code()).isZero();
        assertThat(init(List.of("start")).code()).isZero();
        assertThat(javaCalls()).isEmpty();
        assertThat(init(List.of("reload")).code()).isZero();
        assertThat(init(List.of("stop")).code()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(signals).hasContent("HUP\nTERM\n");
    }

    @Test
    void theInitScriptStartsAsTheUserInADirectoryThatIsItsOwn() throws Exception {
        assumeTrue(isRoot(), "needs root");
        Files.delete(pidfile.getParent());
        allow(java.getParent(), "rwxrwxrwx");
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        Files.writeString(java, "#!/bin/sh\necho \"$(id -un) $*\" >>\"${0%/*}/calls\"\nexit 6\n");
        assertThat(init(List.of("start")).code()).isEqualTo(6);
        assertThat(Files.getOwner(pidfile.getParent()).getName()).isEqualTo("nobody");
        assertThat(javaCalls()).startsWith("nobody ").endsWith("--config " + config + " start\n");
    }

    @Test
    void theInitScriptKillsOnlyWhenItWasToldATime() throws Exception {
        assumeTrue(isRoot(), "needs root");
        Path said = top.resolve("said");
        Path fake = top.resolve("fake-workerd");
        Process victim = start(List.of("sleep", "600"));
        Files.writeString(
                fake,
                """
                #!/bin/sh
                echo "$*" >>%s
                case "$*" in
                    *'status -q') echo %d ;;
                    *stop*) ! kill -0 %d 2>/dev/null || exit 75 ;;
                esac
                """
                        .formatted(said, victim.pid(), victim.pid()));
        allow(fake, "rwxr-xr-x");
        environment.put(
                "WORKERD_DEFAULTS", defaults("WORKERD_BIN=" + fake + "\n").toString());
        assertThat(init(List.of("stop")).code()).isEqualTo(1);
        assertThat(victim.isAlive()).isTrue();
        environment.put(
                "WORKERD_DEFAULTS",
                defaults("WORKERD_BIN=" + fake + "\nSTOP_TIMEOUT=5\n").toString());
        init(List.of("stop"));
        assertThat(victim.waitFor()).isEqualTo(137);
        String with = "--config " + config + " ";
        assertThat(Files.readAllLines(said))
                .startsWith(
                        with + "stop",
                        with + "stop --timeout 5s",
                        with + "stop --now --timeout 15s",
                        with + "status -q");
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        boolean there = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "shellcheck")));
        assumeTrue(there || "true".equals(System.getenv("CI")), "shellcheck is not installed");
        environment.put("PATH", System.getenv("PATH"));
        Done done = run(List.of("shellcheck", "src/main/sh/workerd", "init.d/workerd"));
        assertThat(done).isEqualTo(new Done(0, "", ""));
    }

    private Path defaults(String more) throws IOException {
        return Files.writeString(
                top.resolve("defaults"),
                "WORKERD_BIN=" + launcher + "\nWORKERD_CONFIG=" + config + "\nWORKERD_USER=nobody\n" + more);
    }

    private Done init(List<String> arguments) throws Exception {
        return run(initLine(arguments));
    }

    private static List<String> initLine(List<String> arguments) {
        List<String> line =
                new ArrayList<>(List.of("sh", Path.of("init.d/workerd").toString()));
        line.addAll(arguments);
        return line;
    }
}
