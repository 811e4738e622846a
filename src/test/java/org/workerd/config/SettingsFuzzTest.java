package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands in the file: it is read, or refused with a message that is fit for people. */
class SettingsFuzzTest extends SettingsFixture {
    private static final int ROUNDS = 1_500;
    private static final String[] PIECES = {
        "[",
        "]",
        "[[",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        "=",
        ".",
        ",",
        "#",
        "\n",
        "\r",
        "\0",
        "\\u12",
        "\\",
        "é",
        "😀",
        "[jobs.",
        "[jobs]\n",
        "jobs.x.y.z = 1\n",
        "= \"5s\"",
        "-",
        "99999999999999999999",
        "1e400",
        "nan",
        "true",
        "1979-05-27",
        "\"sqlite:\"",
        "handlers.env.",
        "\t",
        "[log]\n",
        "NAME",
        "VARIABLE",
        "workers = 1\n",
        "\uFEFF",
        "\uD800"
    };

    @Test
    void mutatedFilesAreReadOrRefused() throws IOException {
        String seed = Files.readString(Path.of("config/workerd.toml")).replaceAll("(?m)^#(  )?(?=\\S+ = |\\[)", "");
        Random random = new Random(20_261_123);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String toml = mutated(seed, random);
            try {
                load(toml);
            } catch (SettingsException e) {
                refused++;
                assertThat(e.problems()).isNotEmpty();
                assertThat(e.getMessage()).as(toml).doesNotContain("Exception", "org.", "java.");
            }
        }
        assertThat(refused).isBetween(ROUNDS / 10, ROUNDS);
    }

    @Test
    void randomBytesAreReadOrRefused() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS / 10; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Files.write(dir.resolve("workerd.toml"), bytes);
            try {
                SettingsFile.load(dir.resolve("workerd.toml"), user());
            } catch (SettingsException e) {
                assertThat(e.getMessage()).doesNotContain("Exception");
            }
        }
    }

    private static String mutated(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int from = random.nextInt(mutated.length());
            int to = Math.min(mutated.length(), from + random.nextInt(random.nextBoolean() ? 3 : 80));
            String piece = random.nextInt(3) == 0 ? "" : PIECES[random.nextInt(PIECES.length)];
            mutated.replace(from, to, piece);
        }
        return mutated.toString();
    }
}
