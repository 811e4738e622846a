package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RemovalTest {
    @TempDir
    Path top;

    private Path tree;
    private Path others;

    @BeforeEach
    void make() throws IOException {
        tree = Files.createDirectories(top.resolve("tree/a/b")).getParent().getParent();
        others = Files.createDirectory(top.resolve("others"));
        Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(others.resolve("file"), "stays");
    }

    private void assertThatOthersAreAsTheyWere() throws IOException {
        assertThat(others.resolve("file")).hasContent("stays");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(others)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void whatALinkLeadsToStaysAsItIs() throws IOException {
        Files.createSymbolicLink(tree.resolve("a/link"), others);
        Files.createSymbolicLink(tree.resolve("a/b/file"), others.resolve("file"));
        Removal.of(tree);
        assertThat(tree).doesNotExist();
        assertThatOthersAreAsTheyWere();
    }

    @Test
    void aLinkInThePlaceOfTheTreeGoesAlone() throws IOException {
        Path link = Files.createSymbolicLink(top.resolve("link"), others);
        Removal.of(link);
        assertThat(link).doesNotExist();
        assertThatOthersAreAsTheyWere();
    }

    @Test
    void whatIsNotThereIsRemovedAlready() throws IOException {
        Removal.of(top.resolve("none"));
        assertThat(tree).exists();
    }

    @Test
    void directoriesWithoutAnyRightsGoToo() throws IOException {
        Files.writeString(tree.resolve("a/b/file"), "x");
        for (Path path : new Path[] {tree.resolve("a/b"), tree.resolve("a"), tree}) {
            Files.setPosixFilePermissions(path, Set.of());
        }
        Removal.of(tree);
        assertThat(tree).doesNotExist();
    }

    /** Its path would be longer than any that the kernel takes, and it has more levels than a process descriptors. */
    @Test
    void aTreeOfThousandsOfLevelsGoes() throws Exception {
        Process made = new ProcessBuilder(
                        "sh", "-c", "i=0; while [ $i -lt 1200 ]; do mkdir deep && cd -P deep || exit; i=$((i+1)); done")
                .directory(tree.toFile())
                .start();
        assertThat(made.waitFor()).isZero();
        Removal.of(tree);
        assertThat(tree).doesNotExist();
    }
}
