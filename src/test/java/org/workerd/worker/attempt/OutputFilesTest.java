package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.config.DaemonDirectory;
import org.workerd.store.Moves.Removed;

class OutputFilesTest {
    @TempDir
    Path directory;

    private Path printed(long job, int attempt) throws IOException {
        Path file = Output.path(
                DaemonDirectory.beside(directory.resolve("queue.db")).output(), job, attempt);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "words");
    }

    @Test
    @Timeout(20)
    void howManyAttemptsSomebodyWroteIsNotHowManyFilesAreLookedFor() throws IOException {
        List<Path> gone = List.of(printed(1, 1), printed(1, 2), printed(1, 1_999_999_999), printed(2, 1));
        Path stays = printed(11, 1);
        new OutputFiles(DaemonDirectory.beside(directory.resolve("queue.db")))
                .remove(List.of(new Removed(1, 2_000_000_000), new Removed(2, Integer.MAX_VALUE), new Removed(3, -1)));
        assertThat(gone).noneMatch(Files::exists);
        assertThat(stays).exists();
    }
}
