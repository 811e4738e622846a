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
        defaults("");
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
            defaults("");
            assertThat(run(asNobody(initLine(List.of(action)))).code()).isEqualTo(4);
            defaults("WORKERD_BIN=/none\n");
            assertThat(init(List.of(action)).code()).isEqualTo(5);
            defaults("WORKERD_CONFIG=/none\n");
            assertThat(init(List.of(action)).code()).isEqualTo(6);
        }
        assertThat(init(List.of("status")).code()).isEqualTo(4);
        defaults("WORKERD_USER=nosuchuser\n");
        Done start = init(List.of("start"));
        assertThat(start.code()).isEqualTo(6);
        assertThat(start.err()).contains("there is no user nosuchuser");
    }

    @Test
    void theInitScriptFollowsTheDaemon() throws Exception {
        assumeTrue(isRoot(), "needs root");
        defaults("");
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
        defaults("");
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
                    *'stop --kill'*) kill -KILL %d ;;
                    *stop*) ! kill -0 %d 2>/dev/null || exit 75 ;;
                esac
                """
                        .formatted(said, victim.pid(), victim.pid()));
        allow(fake, "rwxr-xr-x");
        defaults("WORKERD_BIN=" + fake + "\n");
        assertThat(init(List.of("stop")).code()).isEqualTo(1);
        assertThat(victim.isAlive()).isTrue();
        defaults("WORKERD_BIN=" + fake + "\nSTOP_TIMEOUT=5\n");
        init(List.of("stop"));
        assertThat(victim.waitFor()).isEqualTo(137);
        String with = "--config " + config + " ";
        assertThat(Files.readAllLines(said))
                .startsWith(
                        with + "stop",
                        with + "stop --timeout 5s",
                        with + "stop --now --timeout 15s",
                        with + "stop --kill --timeout 15s");
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        boolean there = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "shellcheck")));
        assumeTrue(there || "true".equals(System.getenv("CI")), "shellcheck is not installed");
        environment.put("PATH", System.getenv("PATH"));
        Done done = run(List.of("shellcheck", BUILT.toString(), "init.d/workerd"));
        assertThat(done).isEqualTo(new Done(0, "", ""));
    }

    /** The script reads no file that its caller names: it is a copy with another place for its settings. */
    private void defaults(String more) throws IOException {
        Path file = Files.writeString(
                top.resolve("defaults"),
                "WORKERD_BIN=" + launcher + "\nWORKERD_CONFIG=" + config + "\nWORKERD_USER=nobody\nWORKERD_JAVA=" + java
                        + "\n" + more);
        String script = Files.readString(Path.of("init.d/workerd"));
        Files.writeString(script(), script.replace("=/etc/default/workerd", "=" + file));
        allow(script(), "rwxr-xr-x");
    }

    private Path script() {
        return top.resolve("init-script");
    }

    private Done init(List<String> arguments) throws Exception {
        return run(initLine(arguments));
    }

    private List<String> initLine(List<String> arguments) {
        List<String> line = new ArrayList<>(List.of("sh", script().toString()));
        line.addAll(arguments);
        return line;
    }
}
