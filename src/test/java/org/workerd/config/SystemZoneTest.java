package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zone of the machine is what its /etc/localtime says, whatever form that has. */
class SystemZoneTest {
    private static final Path DATABASE = Path.of("/usr/share/zoneinfo");

    @TempDir
    Path etc;

    @Test
    void aLinkIntoTheDatabaseNamesTheZone() throws IOException {
        Path link = Files.createSymbolicLink(etc.resolve("localtime"), DATABASE.resolve("Asia/Tokyo"));
        assertThat(SystemZone.of(link, DATABASE)).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void aPlainFileIsTheZoneWithThatContent() throws IOException {
        Path copy = Files.copy(DATABASE.resolve("America/New_York"), etc.resolve("localtime"));
        assertThat(SystemZone.of(copy, DATABASE).getRules())
                .isEqualTo(ZoneId.of("America/New_York").getRules());
    }

    @Test
    void withoutTheFileItIsUtc() {
        assertThat(SystemZone.of(etc.resolve("localtime"), DATABASE)).isEqualTo(ZoneOffset.UTC);
    }
}
