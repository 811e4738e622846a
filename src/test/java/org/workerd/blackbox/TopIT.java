package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.Tool;

/** {@code top} in a real terminal, which a program of Python's plays. */
class TopIT extends DaemonTest {
    private static final Path WATCH = Path.of("src/test/resources/pty/watch.py");
    /** The cursor is there, and lines break, as before; the first screen is back. */
    private static final String AS_BEFORE = "as before 25 7";

    private List<String> watch(String size, String words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(Tool.needed("python3").toString(), WATCH.toString(), size));
        line.addAll(at.line("top"));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        process.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    @Test
    void itShowsWhatChangesInEverySizeAndLeavesTheTerminalAsItWas() throws Exception {
        at.handler(
                "slow",
                "echo '50 half of it' >>\"$WORKERD_PROGRESS\"; until [ -e '" + at.top + "/go' ]; do sleep 0.1; done");
        at.handler("bad", "echo no such thing >&2; exit 65");
        at.start();
        long bad = jobs().enqueue("bad");
        jobs().awaitState(bad, "dead");
        long slow = jobs().enqueue("slow");
        jobs().awaitState(slow, "running");
        jobs().awaitState(jobs().enqueue("slow"), "running");
        List<String> said = watch(
                "60x24",
                """
                until half of it
                screen
                size 200x30
                until ##########..........
                screen
                kill SIGWINCH
                keys x
                keys q
                end
                """);
        int first = said.indexOf(".");
        assertThat(said.subList(0, first))
                .anyMatch(line -> line.matches(slow + " +slow .* ##\\.\\.\\. 50% +half of it"))
                .anyMatch(line -> line.matches(bad + " +bad +dead .*exit code 65: no such.*"))
                .anyMatch(line -> line.matches("Daemons: .*, 2 of \\d+ slots busy"))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
        assertThat(said.subList(first, said.size()))
                .anyMatch(line -> line.contains("exit code 65: no such thing"))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(200));
        assertThat(said.get(said.size() - 1)).isEqualTo("0 " + AS_BEFORE);
        Installation.write(at.top.resolve("go"), "");
    }

    @Test
    void itSurvivesARestartOfTheDaemonAndRestoresTheTerminalWhenItIsKilled() throws Exception {
        at.start();
        jobs().awaitState(jobs().enqueue("none"), "ready");
        String command = String.join("' '", at.line("x").subList(0, 3));
        assertThat(watch(
                        "80x24",
                        "until slots busy\nrun '" + command + "' stop\nuntil No daemon serves this queue\n" + "run '"
                                + command + "' start\nuntil slots busy\nkill SIGTERM\nend\n"))
                .containsExactly("143 " + AS_BEFORE);
        assertThat(watch("80x24", "until slots busy\nkill SIGINT\nend\n")).containsExactly("130 " + AS_BEFORE);
    }
}
