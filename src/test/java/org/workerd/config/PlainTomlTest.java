package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.TomlValue.Kind;
import org.workerd.config.TomlValue.Place;

/** What is read as plain TOML is read as TOML is, or left to TOML's parser. */
class PlainTomlTest {
    private static final String[] PIECES = {
        "[",
        "]",
        "\"",
        "'",
        "\"\"",
        "=",
        ".",
        "#",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\\",
        "é",
        "0",
        "-1",
        "08",
        "\t",
        " ",
        "[log]\n",
        "[jobs.a]\n",
        "[jobs]\n",
        "[cron.x]\n",
        "[ log ]",
        "file = \"x\"\n",
        "'a' # b\n",
        "true",
        "1_0",
        "\u0085",
    };

    @Test
    void theShippedConfigurationIsPlain() throws IOException {
        String text = Files.readString(Path.of("config/workerd.toml"));
        assertThat(PlainToml.read(text)).isNotNull();
        assertThat(PlainToml.read(everySetting())).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[a]\n[a]\n",
                "[[a]]\n",
                "[a\n",
                "[a]]\n",
                "[a.]\n",
                "[\"a\"]\n",
                "a.b = 1\n",
                "a = 1\na = 1\n",
                "a = \"\"\"b\"\"\"\n",
                "a = \"\\n\"\n",
                "a = \"b\n",
                "a = 1.5\n",
                "a = 08\n",
                "a = True\n",
                "a = trues\n",
                "a = [1]\n",
                "a = \n",
                "a\n",
                "a = 1 b\n",
                "a = \"\0\"\n",
                "a = 99999999999\n",
                "[a]\nb = 1\n[a.b]\n",
                "[a]\nb = 1\n[a.b.c]\n",
                "[a.b]\n[a]\nb = 1\n",
            })
    void whatIsNotPlainIsLeftToTheParser(String text) {
        assertThat(PlainToml.read(text)).isNull();
    }

    @Test
    void bothReadersFindTheSameValuesInPlainFiles() throws IOException {
        String seed = everySetting();
        Random random = new Random(20_261_123);
        int plain = 0;
        for (int round = 0; round < 10_000; round++) {
            String text = round % 2 == 0 ? mutated(seed, random) : written(random);
            List<TomlValue> values = PlainToml.read(text);
            if (values != null) {
                plain++;
                FullToml.Reading full = FullToml.read(text);
                assertThat(full.faults()).as(text).isEmpty();
                assertThat(values).as(text).isEqualTo(full.values());
            }
        }
        assertThat(plain).isGreaterThan(3_000);
    }

    @Test
    void aTableAboveAnotherIsThereWhereItsOwnHeaderIs() {
        assertThat(PlainToml.read("[a.b]\nx = 1\n [a]\ny = ''\n"))
                .containsExactly(
                        new TomlValue(List.of("a"), Kind.TABLE, "", new Place(3, 2), new Place(3, 2)),
                        new TomlValue(List.of("a", "b"), Kind.TABLE, "", new Place(1, 1), new Place(1, 1)),
                        new TomlValue(List.of("a", "y"), Kind.TEXT, "", new Place(4, 1), new Place(4, 5)),
                        new TomlValue(List.of("a", "b", "x"), Kind.NUMBER, "1", new Place(2, 1), new Place(2, 5)));
    }

    /** The shipped file, with all that it only mentions switched on. */
    private static String everySetting() throws IOException {
        return Files.readString(Path.of("config/workerd.toml"))
                .replaceAll("(?m)^#(  )?(?=\\S+ = |\\[)", "")
                .replaceAll("(?m)^(args|env|hosts|tags) = .*$", "");
    }

    private static String mutated(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int from = random.nextInt(mutated.length());
            int to = Math.min(mutated.length(), from + random.nextInt(random.nextBoolean() ? 3 : 80));
            mutated.replace(from, to, random.nextInt(3) == 0 ? "" : PIECES[random.nextInt(PIECES.length)]);
        }
        return mutated.toString();
    }

    /** Few names, so that tables and keys meet. */
    private static String written(Random random) {
        StringBuilder text = new StringBuilder();
        for (int line = random.nextInt(8); line >= 0; line--) {
            boolean table = random.nextInt(5) < 3;
            text.append(" ".repeat(random.nextInt(3))).append(table ? "[" : "");
            for (int part = table ? random.nextInt(3) : 0; part >= 0; part--) {
                text.append("abc".charAt(random.nextInt(3))).append(part == 0 ? "" : ".");
            }
            text.append(
                            table
                                    ? "]"
                                    : List.of(" = 1", "='x'", " =  -0", " = true")
                                            .get(random.nextInt(4)))
                    .append(random.nextInt(9) == 0 ? "\r\n" : "\n");
        }
        return text.toString();
    }
}
