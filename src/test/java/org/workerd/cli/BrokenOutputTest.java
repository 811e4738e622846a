package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose stdout cannot be written to. */
@Timeout(30)
final class BrokenOutputTest {
    @TempDir
    Path directory;

    private Cli cli;

    /** Takes nothing. */
    private static final class Broken extends OutputStream {
        private final String why;

        Broken(String why) {
            this.why = why;
        }

        @Override
        public void write(int octet) throws IOException {
            throw new IOException(why);
        }
    }

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.enqueue("mail");
    }

    @Test
    void aFullDiskIsSaid() {
        assertThat(cli.runInto(new Broken("No space left on device"), "list"))
                .isEqualTo(
                        new Cli.Said(
                                74,
                                "",
                                """
                        workerd: cannot write the output: the disk is full, or stdout is closed
                          Make room, or send stdout elsewhere.
                        """));
    }

    @Test
    void aReaderWhoHasEnoughHearsNoComplaint() {
        assertThat(cli.runInto(new Broken("Broken pipe"), "list")).isEqualTo(new Cli.Said(74, "", ""));
    }

    @Test
    void followingEndsWhenNobodyReadsAnyMore() throws IOException {
        cli.claim();
        Path output =
                Files.createDirectories(directory.resolve("queue/output/0")).resolve("1.1.log");
        Files.writeString(output, "one\n");
        assertThat(cli.runInto(new Broken("Broken pipe"), "logs", "-f", "1")).isEqualTo(new Cli.Said(74, "", ""));
    }
}
