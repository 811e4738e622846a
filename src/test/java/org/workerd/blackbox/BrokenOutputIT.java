package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands print goes to a full disk, or to somebody who reads only the first of it. */
class BrokenOutputIT extends DaemonTest {
    @BeforeEach
    void addHandlers() {
        at.handler("hello", "echo hello; echo \"$@\"; echo told >>'" + diary() + "'; exit ${1:-0}");
    }

    private Shell.Done shell(String script) {
        String function = "w() { '" + Installation.LAUNCHER + "' -c '" + at.config + "' \"$@\"; }; ";
        return at.shell.run("bash", "-c", function + script);
    }

    @Test
    void aStoredJobIsStoredThoughItsIdCannotBePrinted() {
        Shell.Done one = shell("w enqueue hello >/dev/full");
        assertThat(one.code()).isEqualTo(73);
        assertThat(one.err()).startsWith("workerd: job 1 is stored; its id could not be printed");
        Shell.Done three = shell("yes '{\"name\":\"hello\"}' | head -n 3 | w enqueue --batch - >/dev/full");
        assertThat(three.code()).isEqualTo(73);
        assertThat(three.err()).startsWith("workerd: jobs 2 to 4 are stored; the ids could not be printed");
        assertThat(jobs().count("jobs")).isEqualTo(4);
    }

    @Test
    void aClosedStdoutIsAsGoodAsAFullDisk() {
        assertThat(shell("w enqueue hello >&-").code()).isEqualTo(73);
        assertThat(shell("w list >&-").code()).isEqualTo(74);
        assertThat(jobs().count("jobs")).isEqualTo(1);
    }

    @Test
    void aReaderWhoHasEnoughChangesNothing() {
        at.workerd("enqueue", "hello");
        for (String command : List.of(
                "list",
                "list --json",
                "enqueue hello",
                "show 1 --json",
                "try hello",
                "doctor --json",
                "completion bash")) {
            Shell.Done done = shell("{ w " + command + "; echo \"code $?\" >&2; } | exec true");
            String expected = command.startsWith("doctor") ? "code [01]\n" : "code 0\n";
            assertThat(done.err()).as(command).matches("(?s)(?!.*cannot write).*" + expected);
        }
    }

    /** What it does is not undone because nobody looks. */
    @Test
    void aHandlerThatIsTriedRunsToItsEndThoughNobodyReads() {
        Shell.Done done = shell("{ w try hello -- 3; echo \"code $?\" >&2; } | exec true");
        assertThat(done.err()).contains("code 3");
        assertThat(diaryLines()).containsExactly("told");
        assertThat(shell("w try hello >/dev/full").code()).isEqualTo(73);
        assertThat(diaryLines()).containsExactly("told", "told");
    }
}
