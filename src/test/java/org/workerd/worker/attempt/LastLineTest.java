package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastLineTest {
    private static final long MOST = 4096;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "mail: command not found\\n, mail: command not found",
                "one\\ntwo, two",
                "no such file\\n\\n  \\t\\n, no such file",
                "ValueError: x\\n}\\n---\\n, ValueError: x",
                "\\e[1;31mfatal:\\e[0m no\\tdisk\\n, fatal: no disk",
                "10 %\\r20 %\\rgone, gone",
                "rang\\a and \\u202eturned, rang? and ?turned",
                "'', none",
                "\\n\\n, none",
                "***, none",
            })
    void itIsTheLastThatSaysSomethingAndCanBePrinted(String printed, String line) throws IOException {
        String text = printed.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\e", "\u001b")
                .replace("\\a", "\u0007")
                .replace("\\u202e", "\u202e");
        assertThat(lastLine(text.getBytes(StandardCharsets.UTF_8), MOST)).isEqualTo(line);
    }

    @Test
    void aFileThatIsNotThereSaysNothing() throws IOException {
        assertThat(LastLine.of(new Output(directory.resolve("none"), 1 << 20), MOST))
                .isNull();
    }

    @Test
    void ofALongLineTheHeadIsKeptAndTheTailWhereThatIsOutOfReach() throws IOException {
        String long300 = "\ud83d\ude00".repeat(300);
        assertThat(lastLine(("a" + long300).getBytes(StandardCharsets.UTF_8), MOST))
                .isEqualTo("a" + "\ud83d\ude00".repeat(LastLine.LONGEST - 1) + LastLine.CUT);
        assertThat(lastLine(("b".repeat(9000) + " end\n").getBytes(StandardCharsets.UTF_8), MOST))
                .isEqualTo(LastLine.CUT + "b".repeat(LastLine.LONGEST - 4) + " end");
    }

    @Test
    void whatIsNotUtf8CostsItsOwnCharactersOnly() throws IOException {
        assertThat(lastLine("caf\u00e9 is closed".getBytes(StandardCharsets.ISO_8859_1), MOST))
                .isEqualTo("caf\ufffd is closed");
        assertThat(lastLine(new byte[] {0, 1, (byte) 0xff, (byte) 0x80, 0}, MOST))
                .isNull();
    }

    @Test
    void noMoreIsReadThanAsked() throws IOException {
        assertThat(lastLine("left out\n****************".getBytes(StandardCharsets.UTF_8), 10))
                .isNull();
    }

    private String lastLine(byte[] printed, long most) throws IOException {
        Path file = Files.write(directory.resolve("1.1.log"), printed);
        return LastLine.of(new Output(file, 1 << 20), most);
    }
}
