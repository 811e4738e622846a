package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static final List<String> KNOWN = List.of("resize", "resize-all", "send-mail", "a");

    @ParameterizedTest
    @ValueSource(strings = {"a", "Z", "0", "resize", "resize-image.v2_final", "9lives", "a."})
    void lettersDigitsDotsUnderscoresAndDashesMakeAName(String name) {
        assertThat(Names.isValid(name)).isTrue();
        assertThat(Names.checked("the job's name", name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "-a", "_a", ".hidden", "a b", "a/b", "a\n", "\na", "é", "a\u0000", "aé", "a;b"})
    void whatMeansSomethingInAPathALogOrAShellIsNoName(String name) {
        assertThat(Names.isValid(name)).isFalse();
        assertThatThrownBy(() -> Names.checked("the queue's name", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the queue's name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit,"
                        + " was \"" + Names.printable(name) + "\"");
    }

    @Test
    void aNameHasAtMost128Characters() {
        assertThat(Names.isValid("x".repeat(128))).isTrue();
        assertThat(Names.isValid("x".repeat(129))).isFalse();
    }

    @Test
    void aSlipFindsTheNameThatWasMeant() {
        assertThat(Names.closest("resise", KNOWN)).contains("resize");
        assertThat(Names.closest("rezise", KNOWN)).contains("resize");
        assertThat(Names.closest("eraly", List.of("early"))).contains("early");
        assertThat(Names.closest("mial", List.of("mail"))).contains("mail");
        assertThat(Names.closest("sendmail", KNOWN)).contains("send-mail");
        assertThat(Names.closest("resizeall", KNOWN)).contains("resize-all");
        assertThat(Names.closest("b", KNOWN)).contains("a");
    }

    @Test
    void whatIsFarFromEveryNameIsNotGuessedAt() {
        assertThat(Names.closest("backup", KNOWN)).isEmpty();
        assertThat(Names.closest("resize", List.of())).isEmpty();
    }

    @Test
    void ofTwoEquallyCloseNamesTheFirstInTheAlphabetIsMeant() {
        assertThat(Names.closest("job0", List.of("job2", "job1", "job3"))).contains("job1");
    }

    @Test
    void printedTextStaysOnOneLineAndDrivesNoTerminal() {
        assertThat(Names.printable("a\nb\r\tc\u001b[31m\u007f")).isEqualTo("a?b??c?[31m?");
        assertThat(Names.printable("a\u0085b\u009b31m\u2028c\u2029d")).isEqualTo("a?b?31m?c?d");
        assertThat(Names.printable("grüße 🕒")).isEqualTo("grüße 🕒");
    }

    @Test
    void printedTextIsCutAt200Characters() {
        assertThat(Names.printable("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Names.printable("x".repeat(201))).isEqualTo("x".repeat(200) + "…");
    }
}
