package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;

final class VolumeTest {
    @TempDir
    Path directory;

    @Test
    void tellsWhatTheOthersTell() throws IOException, InterruptedException {
        Volume volume = Volume.of(directory);
        FileStore store = Files.getFileStore(directory);
        assertThat(volume.bytes()).isEqualTo(store.getTotalSpace());
        assertThat(volume.freeBytes()).isCloseTo(store.getUsableSpace(), within(64L << 20));
        String files = Tool.run("stat", "-f", "-c", "%c", directory.toString()).output();
        assertThat(volume.files()).isEqualTo(Long.parseLong(files));
        assertThat(volume.freeFiles()).isBetween(0L, volume.files());
    }

    @Test
    void thereMustBeSuchAFile() {
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> Volume.of(directory.resolve("missing")))
                .withMessage(
                        "cannot ask for the room at " + directory.resolve("missing") + ": no such file or directory");
    }
}
