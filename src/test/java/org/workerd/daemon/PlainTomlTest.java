package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read as plain TOML is read as TOML is, or left to TOML's parser. */
class PlainTomlTest {
    private static final Path BASE = Path.of("/etc/workerd");
    private static final Path FILE = BASE.resolve("workerd.toml");

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
        assertThat(PlainToml.parse(text)).isNotNull();
        assertThat(PlainToml.parse(everySetting())).isNotNull();
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
                "a = true\n",
                "a = [1]\n",
                "a = \n",
                "a\n",
                "a = 1 b\n",
                "a = \"\0\"\n",
                "a = 99999999999\n",
            })
    void whatIsNotPlainIsLeftToTheParser(String text) {
        assertThat(PlainToml.parse(text)).isNull();
    }

    @Test
    void readsWhateverItReadsAsTheParserDoes() throws IOException {
        String seed = everySetting();
        Random random = new Random(20_261_123);
        int plain = 0;
        for (int round = 0; round < 5_000; round++) {
            String text = round == 0 ? seed : mutated(seed, random);
            if (PlainToml.parse(text) != null) {
                plain++;
                assertThat(read(text, false)).as(text).isEqualTo(read(text, true));
            }
        }
        assertThat(plain).isGreaterThan(1_000);
    }

    /** Values, origins, places and problems. */
    private static List<Object> read(String text, boolean strictly) {
        Findings findings = new Findings();
        TomlFile file = new TomlFile(FILE, BASE, findings);
        if (strictly) {
            file.parse(text);
        } else {
            file.read(text);
        }
        findings.require(SettingTable.CRON_SCHEDULE, SettingTable.CRON_NAME);
        Object problems = List.of();
        try {
            findings.throwIfAny();
        } catch (SettingsException wrong) {
            problems = wrong.problems();
        }
        Map<String, String> values = findings.texts();
        return List.of(values, findings.origins(), problems);
    }

    /** The shipped file, with all that it only mentions switched on. */
    private static String everySetting() throws IOException {
        return Files.readString(Path.of("config/workerd.toml"))
                .replaceAll("(?m)^#(  )?(?=\\S+ = |\\[)", "")
                .replaceAll("(?m)^(args|env) = .*$", "");
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
}
