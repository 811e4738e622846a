package org.workerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinksCheckTest {
    @TempDir
    Path kernel;

    @TempDir
    Path directory;

    @BeforeEach
    void shareTheDirectory() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
    }

    private List<Finding> found(String hard, String symbolic) throws IOException {
        Files.writeString(kernel.resolve("protected_hardlinks"), hard + "\n");
        Files.writeString(kernel.resolve("protected_symlinks"), symbolic + "\n");
        return new LinksCheck(directory, kernel).look();
    }

    @Test
    void aKernelThatProtectsLinksIsNotMentioned() throws IOException {
        assertThat(found("1", "1")).isEmpty();
    }

    @Test
    void whatIsOffIsNamedWithItsRemedy() throws IOException {
        assertThat(found("0", "1")).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
            assertThat(finding.found())
                    .startsWith("fs.protected_hardlinks is 0")
                    .contains(directory.toString());
            assertThat(finding.mend()).startsWith("sysctl -w fs.protected_hardlinks=1");
        });
        assertThat(found("1", "0")).singleElement().satisfies(finding -> assertThat(finding.found())
                .startsWith("fs.protected_symlinks is 0"));
        assertThat(found("0", "0")).hasSize(2);
    }

    @Test
    void whereNobodyElseMayWriteItDoesNotMatter() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(found("0", "0")).isEmpty();
    }

    @Test
    void aKernelWithoutTheSettingsIsNotMentioned() throws IOException {
        assertThat(new LinksCheck(directory, kernel).look()).isEmpty();
    }
}
