package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Progress;

/** What a program leaves in the file for its progress, whatever that is. */
class ProgressFileTest {
    @TempDir
    Path directory;

    private Path file;
    private ProgressFile progress;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("progress");
        progress = new ProgressFile(file);
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void theLastLineCountsAndOnlyOnce() throws IOException {
        assertThat(progress.news()).isEmpty();
        append("10 begun\n20\n");
        assertThat(progress.news()).contains(new Progress(20, null));
        assertThat(progress.news()).isEmpty();
        append("30 on");
        assertThat(progress.news()).contains(new Progress(30, "on"));
    }

    @Test
    void ofAFileOfAnySizeOnlyItsEndIsRead() throws IOException {
        append("5 x\n".repeat(500_000) + "77 nearly\n");
        assertThat(progress.news()).contains(new Progress(77, "nearly"));
    }

    @Test
    void whatCannotBeReadSaysNothing() throws IOException {
        append("half of it\n");
        assertThat(progress.news()).isEmpty();
        append("50 fine\nthen this\n");
        assertThat(progress.news()).isEmpty();
    }

    @Test
    void whatIsNoFileIsLeftAlone() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertThat(progress.news()).isEmpty();
        Files.delete(file);
        Files.writeString(directory.resolve("other"), "50\n");
        Files.createSymbolicLink(file, directory.resolve("other"));
        assertThat(progress.news()).isEmpty();
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(progress.news()).isEmpty();
    }
}
