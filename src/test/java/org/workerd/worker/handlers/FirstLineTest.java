package org.workerd.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the first line of a program tells, compared with what the kernel makes of it. */
final class FirstLineTest {
    @TempDir
    Path directory;

    private Optional<String> objection(String text) throws IOException {
        return FirstLine.objection(Files.write(directory.resolve("a b"), text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#!/bin/sh\n",
                "#! /bin/sh -e\r\n",
                "#!\t/bin/sh",
                "#!/usr/bin/env nothing\n",
                "#!relative\n",
                "\u007fELF\u0002\u0001",
                "PK\u0003\u0004"
            })
    void whatTheKernelStartsOrMayStartIsLeftAlone(String text) throws IOException {
        assertThat(objection(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "echo hello\n", "#!\n", "#! \t\n", "\u00ef\u00bb\u00bf#!/bin/sh\n"})
    void textWithoutAnInterpreterIsNotStarted(String text) throws IOException {
        assertThat(objection(text)).contains("its first line names no interpreter, as #!/bin/sh does");
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThat(objection("#!/nonexistent/perl -w\n"))
                .contains("its first line names /nonexistent/perl, which is missing");
        assertThat(objection("#!/bin/sh\r\necho\r\n"))
                .contains("its lines end with CR LF, as on Windows: sed -i 's/\\r$//' '" + directory + "/a b'");
    }

    @Test
    void whatCannotBeReadIsLeftToTheKernel() {
        assertThat(FirstLine.objection(directory)).isEmpty();
        assertThat(FirstLine.objection(directory.resolve("nothing"))).isEmpty();
    }
}
