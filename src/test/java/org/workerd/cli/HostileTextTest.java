package org.workerd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.PlainOutput;
import org.workerd.config.Environment;
import org.workerd.job.Printable;

/** What others wrote into the queue, a file or an argument can be read on a terminal, and do nothing else there. */
final class HostileTextTest {
    /** Clears the screen, in 7 bits and in 8; rings; turns the writing; a line of its own. */
    private static final String HOSTILE = "a\u001b[2J\u009b31m\u0007\u007f\u202eb\u2066\u061c\r\nworkerd: forged é😀";

    private static final Console.Screen TERMINAL = new Console.Screen(true, true, true, () -> 80);

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void store() throws IOException, SQLException {
        cli = new Cli(directory);
        cli.insert("name, args, payload", "'mail', json_array('" + HOSTILE + "'), '" + HOSTILE + "'");
        cli.insert("name, payload", "'mail', '{\"x\":\"\u009b\u007f\u202e\\u0007é😀\"}'");
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, HOSTILE));
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + cli.queueFile());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static void assertPlain(String text) {
        assertThat(text.replaceAll("[\n\t]", "").codePoints()).as(text).allMatch(Printable::is);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "show 1", "show 2", "list --json", "show 1 --json", "show 2 --json", "wait 1"})
    void whatAJobHoldsIsShownPlain(String line) {
        Cli.Said said = cli.run(line.split(" "));
        assertPlain(said.out() + said.err());
        assertThat(said.out() + said.err()).doesNotContain("\nworkerd: forged");
    }

    /** Escaped, it is the same document. */
    @Test
    void jsonSaysWhatItSaidBefore() throws IOException {
        Map<String, Object> one =
                JSON.std.mapFrom(cli.run("show", "1", "--json").out());
        assertThat(one).containsEntry("payload", HOSTILE).containsEntry("error", HOSTILE);
        Map<String, Object> two =
                JSON.std.mapFrom(cli.run("show", "2", "--json").out());
        assertThat(two.get("payload")).isEqualTo(Map.of("x", "\u009b\u007f\u202e\u0007é😀"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "x --y",
                "enqueue",
                "enqueue mail --queue",
                "show",
                "list --state",
                "config --get",
                "list --"
            })
    void whatIsTypedIsRepeatedPlain(String line) {
        String[] words = (line + " \0").split(" ");
        words[words.length - 1] = HOSTILE;
        Cli.Said said = cli.run(words);
        assertPlain(said.out() + said.err());
    }

    /** A trigger may say anything, and there is no other place to clean it. */
    @Test
    void whatAStrangersTriggerSaysIsOnePlainLine() throws SQLException {
        sql("create trigger trap before insert on cancellations begin select raise(abort, '" + HOSTILE + "'); end");
        Cli.Said said = cli.run("cancel", "2");
        assertPlain(said.err());
        assertThat(said.err().lines()).noneMatch(line -> line.startsWith("workerd: forged"));
    }

    @Test
    void whatAProgramPrintedIsRawInAPipeAndPlainOnATerminal() throws IOException {
        Path output =
                Files.createDirectories(directory.resolve("queue/output/0")).resolve("1.1.log");
        byte[] printed =
                "\033[1;31mred\033[0m \u009b2J\u202e\007é😀\r\n50%\r100%\n\033]0;title\007\377".getBytes(UTF_8);
        Files.write(output, printed);
        ByteArrayOutputStream piped = new ByteArrayOutputStream();
        cli.runInto(piped, "logs", "1");
        assertThat(piped.toByteArray()).isEqualTo(printed);
        cli.onTerminal(80);
        assertThat(cli.run("logs", "1").out()).isEqualTo("red ?2J??é😀\n50%\n100%\n?]0;title?ÿ");
    }

    /** However the bytes come: a character or a colour may be cut in two. */
    @Test
    void whatIsPrintedInPiecesIsThePlainTextOfTheWhole() throws IOException {
        byte[] bytes = "\033[31mé😀\033[0m\r\n\ud83d!\r\u009b".getBytes(UTF_8);
        for (int size = 1; size <= bytes.length; size++) {
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            OutputStream pieces = new PlainOutput(plain);
            for (int from = 0; from < bytes.length; from += size) {
                pieces.write(bytes, from, Math.min(size, bytes.length - from));
            }
            assertThat(plain.toString(UTF_8)).isEqualTo("é😀\n?!\n?");
        }
    }

    /** Wherever it arises, and whether picocli has read the line or not. */
    @ParameterizedTest
    @ValueSource(strings = {"enqueue mail", "show 1", "prune"})
    void anErrorOfTheMachineIsASentence(String line) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), new ByteArrayOutputStream(), err, TERMINAL);
        Environment environment = new Environment(Map.of(), false, 1, directory.resolve("workerd.toml"));
        Main main = new Main(console, environment, () -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertThat(main.execute(line.split(" "))).isEqualTo(70);
        assertThat(err.toString(UTF_8))
                .isEqualTo("workerd: the command ran out of memory\n  Something in the queue is larger than"
                        + " it should be. Find it with: workerd doctor\n");
        assertThat(Failures.of(new StackOverflowError()).getMessage()).doesNotContain("Error");
    }
}
