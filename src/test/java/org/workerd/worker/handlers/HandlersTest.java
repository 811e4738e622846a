package org.workerd.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;

/** Who could move the handlers' directory away could put another in its place. */
final class HandlersTest {
    private static final int STRANGER = 12345;

    @TempDir
    Path top;

    private Path above;
    private Path directory;

    @BeforeEach
    void makeAHandler() throws IOException {
        above = Files.createDirectory(top.resolve("above"));
        directory = Files.createDirectories(above.resolve("between/handlers"));
        Path handler = Files.writeString(directory.resolve("fine"), "#!/bin/sh\n");
        for (Path path : new Path[] {above, directory.resolveSibling(""), directory, handler}) {
            allow(path, "rwxr-xr-x");
        }
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static Vetting vet(Path directory) {
        return new Handlers(directory, OwnUser.id(), JavaHandlers.NONE).vet("fine");
    }

    @Test
    void whereOnlyRootAndTheUserMayWriteAHandlerRuns() {
        assertThat(vet(directory)).isEqualTo(new Accepted(directory.resolve("fine")));
    }

    @Test
    void aDirectoryAboveThatOthersMayWriteIsRefusedWithTheRemedy() throws IOException {
        allow(above, "rwxrwxr-x");
        assertThat(vet(directory))
                .isEqualTo(new Refused(above + " is writable by its group or by others: chmod go-w " + above));
    }

    @Test
    void inAStickyDirectoryOthersMayWriteButNotMoveWhatIsThere() throws IOException {
        allow(above, "rwxrwxrwx");
        Files.setAttribute(above, "unix:mode", 01777);
        assertThat(vet(directory)).isInstanceOf(Accepted.class);
    }

    @Test
    void aDirectoryAboveThatIsSomebodyElsesIsRefused() throws IOException {
        assumeTrue(OwnUser.id() == 0, "needs root");
        Files.setAttribute(above, "unix:uid", STRANGER);
        assertThat(vet(directory)).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                .startsWith(above + " is owned by user " + STRANGER));
    }

    @Test
    void whereTheDirectoryIsALinkTheWayToItsTargetCountsToo() throws IOException {
        Path link = Files.createSymbolicLink(top.resolve("link"), directory);
        assertThat(vet(link)).isInstanceOf(Accepted.class);
        allow(above, "rwxrwxr-x");
        assertThat(vet(link)).isInstanceOf(Refused.class);
    }
}
