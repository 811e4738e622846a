package org.workerd.worker.handlers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.workerd.job.ShellWord;

/** Why the kernel will not start a program, as far as its first line tells. Stateless. */
public final class FirstLine {
    /** The kernel reads no more of it. */
    private static final int READ = 256;

    private static final String MARK = "#!";
    private static final String UNNAMED = "its first line names no interpreter, as #!/bin/sh does";

    private FirstLine() {}

    /** A sentence without a full stop; empty: nothing is wrong with it, or we cannot tell. */
    public static Optional<String> objection(Path program) {
        try (InputStream in = Files.newInputStream(program)) {
            String begin = new String(in.readNBytes(READ), StandardCharsets.ISO_8859_1);
            return begin.startsWith(MARK) ? interpreter(begin.substring(MARK.length()), program) : unmarked(begin);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** What is no text somebody may have taught the kernel to start. */
    private static Optional<String> unmarked(String begin) {
        boolean isText = begin.chars().allMatch(one -> one >= ' ' || Character.isWhitespace(one));
        return isText ? Optional.of(UNNAMED) : Optional.empty();
    }

    private static Optional<String> interpreter(String rest, Path program) {
        int end = rest.indexOf('\n');
        String line = (end < 0 ? rest : rest.substring(0, end)).replaceFirst("^[ \t]+", "");
        String named = line.split("[ \t]", 2)[0];
        if (named.isEmpty()) {
            return Optional.of(UNNAMED);
        }
        if (named.endsWith("\r")) {
            return Optional.of("its lines end with CR LF, as on Windows: sed -i 's/\\r$//' " + ShellWord.of(program));
        }
        boolean isPlain = named.startsWith("/") && named.chars().allMatch(one -> one > ' ' && one < 0x7f);
        return isPlain && Files.notExists(Path.of(named))
                ? Optional.of("its first line names " + named + ", which is missing")
                : Optional.empty();
    }
}
