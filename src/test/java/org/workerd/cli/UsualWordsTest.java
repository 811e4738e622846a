package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever types what another tool would have taken is told what it is called here. */
final class UsualWordsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ls                    | Try: workerd list
                    ps                    | Try: workerd list --state running, or workerd status
                    log 3                 | Try: workerd logs ID
                    kill 3                | Try: workerd cancel ID
                    info                  | Try: workerd show ID, or workerd stats
                    lsit                  | Did you mean list? Try: workerd help
                    nosuchthing           | Try: workerd help
                    enqueue -w mail       | Did you mean --wait? Put -- before
                    list -n 3             | Did you mean --limit? Try
                    list --all            | Did you mean --limit? Try
                    list -a               | Did you mean --limit? Try
                    retry -n 3            | Did you mean --dry-run? Try
                    stats -w              | Try: workerd stats --help
                    stats -x              | Try: workerd stats --help
                    list --stat dead      | Did you mean --state? Try
                    enqueue mail -p x     | Did you mean --payload? Put
                    """)
    void saysWhatItIsCalledHere(String line, String advice) throws IOException {
        Cli.Said said = new Cli(directory).run(line.split(" "));
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err().lines().toList().get(1)).startsWith("  " + advice);
    }

    @Test
    void theVersionHasAShortOptionToo() throws IOException {
        Cli cli = new Cli(directory);
        assertThat(cli.run("-V")).isEqualTo(cli.run("--version"));
        assertThat(cli.run("-V").status()).isZero();
    }
}
