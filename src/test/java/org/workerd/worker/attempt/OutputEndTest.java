package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Claim;

class OutputEndTest {
    private static final Claim CLAIM =
            new Claim(7, 1, 1, 2, 0, Instant.EPOCH, "resize", "default", 0, List.of(), null, null, null, false, null);

    @TempDir
    Path output;

    private String endOf(byte[] printed) throws IOException {
        Path file = Output.path(output, 7, 2);
        Files.createDirectories(file.getParent());
        Files.write(file, printed);
        return OutputEnd.of(output, CLAIM);
    }

    @Test
    void whatIsShortIsWhole() throws IOException {
        assertThat(endOf("no route\n".getBytes())).isEqualTo("no route\n");
    }

    @Test
    void ofWhatIsLongTheLastFourKibibytesAreLeftWithoutHalfACharacter() throws IOException {
        assertThat(endOf(("x" + "€".repeat(4000)).getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo("€".repeat(OutputEnd.LONGEST / 3));
    }

    @Test
    void whatIsNoTextIsTextAllTheSame() throws IOException {
        assertThat(endOf(new byte[] {'a', (byte) 0xff, 0, 'b'})).isEqualTo("a\ufffd\0b");
    }

    @Test
    void whatPrintedNothingHasNoEnd() {
        assertThat(OutputEnd.of(output, CLAIM)).isEmpty();
    }

    /** Handlers may be the daemon's own user: they could put a FIFO there, which holds up whoever opens it. */
    @Test
    void whatIsNoFileIsNotRead() throws IOException {
        Path file = Output.path(output, 7, 2);
        Files.createDirectories(file);
        assertThat(OutputEnd.of(output, CLAIM)).isEmpty();
    }
}
