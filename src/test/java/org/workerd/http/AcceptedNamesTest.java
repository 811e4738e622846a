package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.config.DaemonDirectory;
import org.workerd.ops.HandlerView;

class AcceptedNamesTest {
    @TempDir
    private Path top;

    private final AtomicInteger looks = new AtomicInteger();
    /** Where it begins means nothing, and it runs over. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);

    private final AcceptedNames names = new AcceptedNames(nanos::get);

    private boolean isRefused(String name) {
        return names.refusal(name, () -> {
                    looks.incrementAndGet();
                    return new HandlerView(top, Optional.empty(), DaemonDirectory.beside(top.resolve("queue.db")));
                })
                .isPresent();
    }

    private void write(String name) throws IOException {
        Path file = Files.writeString(top.resolve(name), "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void whatWasAcceptedAMomentAgoIsNotLookedAtAgain() throws IOException {
        write("good");
        assertThat(isRefused("good")).isFalse();
        nanos.addAndGet(999_999_999);
        assertThat(isRefused("good")).isFalse();
        assertThat(looks).hasValue(1);
    }

    @Test
    void whatWasAcceptedASecondAgoIsLookedAtAgain() throws IOException {
        write("good");
        assertThat(isRefused("good")).isFalse();
        Files.delete(top.resolve("good"));
        nanos.addAndGet(999_999_999);
        assertThat(isRefused("good")).isFalse();
        nanos.addAndGet(1);
        assertThat(isRefused("good")).isTrue();
        assertThat(looks).hasValue(2);
    }

    @Test
    void aHandlerThatWasMissingIsFoundAsSoonAsItIsThere() throws IOException {
        assertThat(isRefused("late")).isTrue();
        write("late");
        assertThat(isRefused("late")).isFalse();
        assertThat(looks).hasValue(2);
    }
}
