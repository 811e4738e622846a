package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueMarkTest {
    @TempDir
    Path directory;

    @Test
    void aDirectoryIsOfOneQueueUntilSomebodySaysOtherwise() throws IOException {
        QueueMark.set(directory, "one");
        QueueMark.set(directory, "one");
        assertThatThrownBy(() -> QueueMark.set(directory, "two"))
                .isInstanceOf(DaemonException.class)
                .hasMessageContaining("set daemon.dir to a directory for this queue alone");
        Files.delete(directory.resolve("queue.id"));
        QueueMark.set(directory, "two");
        assertThat(directory.resolve("queue.id")).hasContent("two");
    }

    @Test
    void aMarkThatIsJustBeingWrittenIsNobodyElses() throws IOException {
        Files.createFile(directory.resolve("queue.id"));
        QueueMark.set(directory, "one");
    }
}
