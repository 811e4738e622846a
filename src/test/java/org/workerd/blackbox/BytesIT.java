package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that are not UTF-8 are refused, wherever they come from: two keys that differ in them would become one. */
class BytesIT extends DaemonTest {
    @BeforeEach
    void addHandler() {
        at.handler("print", "printf '%s\\n' \"$@\"; cat");
    }

    /** The script's {@code w} is ours. */
    private Shell.Done bash(String script) {
        String function = "w() { '" + Installation.LAUNCHER + "' -c '" + at.config + "' \"$@\"; }; ";
        return at.shell.run("bash", "-c", function + script);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    w enqueue print $'caf\\xe9'               | argument 5 is not UTF-8: "caf\\xe9"
                    w enqueue print -- --x $'a\\xff\\x1b'      | the value of --x is not UTF-8: "a\\xff\\x1b"
                    w enqueue print --key $'caf\\xe8'         | the value of --key is not UTF-8: "caf\\xe8"
                    w enqueue print --key=$'caf\\xe8'         | argument 5 is not UTF-8: "--key=caf\\xe8"
                    w enqueue print --payload $'\\xc3'        | the value of --payload is not UTF-8: "\\xc3"
                    w enqueue print --payload $'@/tmp/\\xe9'  | the value of --payload is not UTF-8: "@/tmp/\\xe9"
                    w enqueue $'pr\\xefnt'                    | argument 4 is not UTF-8: "pr\\xefnt"
                    w enqueue --batch $'\\xed\\xa0\\x80'       | the value of --batch is not UTF-8: "\\xed\\xa0\\x80"
                    w list --name $'\\xe9'                    | the value of --name is not UTF-8: "\\xe9"
                    w try print $'\\xe9'                      | argument 5 is not UTF-8: "\\xe9"
                    w init $'/tmp/caf\\xe9'                   | argument 4 is not UTF-8: "/tmp/caf\\xe9"
                    """)
    void anArgumentIsRefusedAndNamed(String command, String said) {
        Shell.Done done = bash(command);
        assertThat(done.code()).isEqualTo(2);
        assertThat(done.err()).startsWith("workerd: " + said + "\n  Nothing was done.");
        assertThat(done.out()).isEmpty();
        assertThat(Files.exists(at.queue)).isFalse();
    }

    /** U+FFFD itself may be given, like any other character. */
    @Test
    void whatIsUtf8IsKeptByteForByte() {
        String given = "$'\\xef\\xbf\\xbd'";
        assertThat(bash("w enqueue print " + given + " $'\\xc3\\xa9\\xf0\\x9f\\x98\\x80' --payload " + given + " --key "
                                + given)
                        .out())
                .isEqualTo("1\n");
        assertThat(jobs().ask("select hex(args) || ' ' || hex(key) || ' ' || hex(payload) from jobs"))
                .isEqualTo("5B22EFBFBD222C22C3A9F09F9880225D EFBFBD EFBFBD");
        assertThat(bash("w try print " + given + " | od -An -tx1").out().strip())
                .startsWith("ef bf bd 0a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    a\\xe9                          | --payload -     | the payload must be UTF-8 text; stdin is not
                    a\\xe9                          | --payload @FILE | the payload must be UTF-8 text; FILE is not
                    {"name":"print","key":"\\xe9"}    | --batch -       | -:1: the line is not UTF-8 text
                    \\n{"name":"print","key":"\\xe9"} | --batch FILE    | FILE:2: the line is not UTF-8 text
                    """)
    void soIsWhatIsRead(String text, String option, String said) {
        Path file = at.top.resolve("read");
        Shell.Done done = bash("printf '" + text + "' >'" + file + "'; w enqueue "
                + (option.contains("payload") ? "print " : "")
                + option.replaceFirst("(@?FILE)", "\"$1\"").replace("FILE", file.toString()) + " <'" + file + "'");
        assertThat(done.code()).isEqualTo(2);
        assertThat(done.err()).startsWith("workerd: " + said.replace("FILE", file.toString()));
        assertThat(jobs().count("jobs")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "WORKERD_QUEUE__URL, enqueue print",
        "WORKERD_LOG__FILE, start",
        "WORKERD_HANDLERS__ENV__X, run",
        "WORKERD_DAEMON__PIDFILE, config"
    })
    void soIsAVariable(String variable, String command) {
        Shell.Done done = bash(variable + "=$'sqlite:/tmp/caf\\xe9' w " + command);
        assertThat(done.code()).isEqualTo(6);
        assertThat(done.err()).contains(variable + "  is not UTF-8 text");
    }

    @Test
    void soIsTheFileOfTheConfiguration() {
        Shell.Done done = bash("printf '# caf\\xe9\\n' >'" + at.top + "/broken.toml'; w list -c '" + at.top
                + "/broken.toml'; '" + Installation.LAUNCHER + "' -c '" + at.top + "/broken.toml' list");
        assertThat(done.code()).isEqualTo(6);
        assertThat(done.err()).contains("broken.toml:1:6", "is not UTF-8 text");
    }

    /** Files would be made in a directory of another name. */
    @Test
    void soAreADirectoryToStandInAndAHome() {
        String launcher = "'" + Installation.LAUNCHER + "'";
        Shell.Done inside = bash("cd '" + at.top + "' && mkdir $'caf\\xe9' && cd $'caf\\xe9' && " + launcher
                + " init here; code=$?; cd .. && rmdir $'caf\\xe9' && exit $code");
        assertThat(inside.code()).isEqualTo(2);
        assertThat(inside.err()).startsWith("workerd: the name of the current directory is not UTF-8");
        assertThat(at.top.toFile().list()).doesNotContain("here").noneMatch(name -> name.contains("\uFFFD"));
        if (isRoot()) {
            Shell.Done home =
                    bash("setpriv --reuid=65534 --clear-groups env HOME=$'/tmp/caf\\xe9' " + launcher + " config");
            assertThat(home.code()).isEqualTo(6);
            assertThat(home.err()).contains("HOME  is not UTF-8 text");
        }
    }
}
