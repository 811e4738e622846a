package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A file that is on no disk. */
class MemoryFileTest {
    @Test
    void itHoldsWhatItWasGivenUntilItIsTaken() throws Exception {
        String text = "first line\nÄnne\n".repeat(10_000);
        int descriptor = MemoryFile.of("a-test", text);
        Path link = Path.of("/proc/self/fd/" + descriptor);
        assertThat(Files.readSymbolicLink(link).toString()).contains("memfd:a-test");
        assertThat(MemoryFile.take(descriptor)).isEqualTo(text);
        assertThat(Files.exists(link)).isFalse();
    }
}
