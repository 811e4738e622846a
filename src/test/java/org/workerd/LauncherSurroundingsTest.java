package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where something is missing that a command usually finds: its directory, /proc, tools, the whole environment. */
class LauncherSurroundingsTest extends LauncherStage {
    private Done fromARemovedDirectory(String... words) throws Exception {
        List<String> line = new ArrayList<>(
                List.of("sh", "-c", "mkdir gone; cd gone; rmdir ../gone; exec \"$@\"", "sh", launcher.toString()));
        line.addAll(List.of(words));
        List<String> inTop = new ArrayList<>(List.of("env", "-C", top.toString()));
        inTop.addAll(line);
        return run(inTop);
    }

    @Test
    void aRemovedDirectoryIsLeftWhenNothingIsRelativeToIt() throws Exception {
        String named = config.toString();
        assertThat(fromARemovedDirectory("-c", named, "status").code()).isEqualTo(3);
        assertThat(fromARemovedDirectory("-c", named, "enqueue", "x", "--payload", "-", "--", "--batch", "a")
                        .code())
                .isZero();
        assertThat(javaCalls()).contains(" -c " + named + " enqueue x --payload - -- --batch a\n");
    }

    @Test
    void whatIsRelativeToARemovedDirectoryIsRefusedInOneLine() throws Exception {
        String named = config.toString();
        for (List<String> words : List.of(
                List.of("-c", "workerd.toml", "list"),
                List.of("--config=workerd.toml", "list"),
                List.of("-c", named, "backup", "x.db"),
                List.of("init", "demo"),
                List.of("-c", named, "cron", "import", "tab"),
                List.of("-c", named, "enqueue", "x", "--payload", "@data"),
                List.of("-c", named, "enqueue", "--batch=jobs"))) {
            Done refused = fromARemovedDirectory(words.toArray(String[]::new));
            assertThat(refused.code()).as("%s", words).isEqualTo(2);
            assertThat(refused.err()).contains("the current directory was removed; use an absolute path");
        }
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void withoutProcEveryCommandSaysSo() throws Exception {
        assumeTrue(isRoot(), "only root can take /proc away");
        for (String command : List.of("status", "stop", "start", "list", "enqueue x", "help")) {
            List<String> line =
                    new ArrayList<>(List.of("unshare", "-m", "sh", "-c", "umount -l /proc; exec \"$@\"", "sh"));
            line.addAll(line(command.split(" ")));
            Done done = run(line);
            assertThat(done.code()).isEqualTo(command.equals("status") ? 4 : 1);
            assertThat(done.err()).startsWith("workerd: cannot find processes: /proc is not mounted");
        }
    }

    @Test
    void itsToolsAreFoundWhateverThePathIs() throws Exception {
        for (String path : List.of("/none", "")) {
            environment.put("PATH", path);
            assertThat(workerd("status").code()).isEqualTo(3);
            assertThat(workerd("list").code()).isZero();
        }
        environment.clear();
        environment.put("WORKERD_JAVA", java.toString());
        assertThat(workerd("status").code()).isEqualTo(3);
        assertThat(workerd("list").code()).isZero();
    }

    @Test
    void aToolThatIsNotInstalledIsNamed() throws Exception {
        assumeTrue(isRoot(), "only root can take a tool away");
        String hide =
                "for f in /usr/bin/awk /bin/awk; do [ ! -e $f ] || mount --bind /dev/null \"$(readlink -f $f)\"; done; exec \"$@\"";
        List<String> line = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", hide, "sh"));
        line.addAll(line("status"));
        Done done = run(line);
        assertThat(done.code()).isEqualTo(4);
        assertThat(done.err()).startsWith("workerd: cannot run status: the program awk is not installed");
    }
}
