package org.workerd.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Utf8;

/**
 * Whether Java has the arguments as they were given: where their bytes are not UTF-8, it puts other characters in their
 * place without a word, and two keys or two files become one. Asked of the kernel only where that may be.
 */
final class ExactArguments {
    private static final char REPLACEMENT = '\uFFFD';
    private static final Path ARGUMENTS = Path.of("/proc/self/cmdline");
    private static final Path DIRECTORY = Path.of("/proc/self/cwd");

    private ExactArguments() {}

    /** Why the command cannot go on; empty: all is as it was given. */
    static Optional<Failure> refusal(String... arguments) {
        String directory = System.getProperty("user.dir", "");
        boolean unsure =
                !"UTF-8".equals(System.getProperty("sun.jnu.encoding")) || isDoubtful(String.join(" ", arguments));
        if (!unsure && !isDoubtful(directory)) {
            return Optional.empty();
        }
        try {
            if (isDoubtful(directory) && !DIRECTORY.toRealPath().equals(Path.of(directory))) {
                return Optional.of(new Failure(
                        ExitCode.USAGE,
                        "the name of the current directory is not UTF-8",
                        "Run this from another directory."));
            }
            return unsure ? refusal(given(Files.readAllBytes(ARGUMENTS)), arguments) : Optional.empty();
        } catch (IOException hidden) {
            return Optional.of(new Failure(
                    ExitCode.USAGE,
                    "cannot tell whether the arguments are UTF-8: " + ARGUMENTS + " cannot be read",
                    "Mount /proc, or use only ASCII characters."));
        }
    }

    private static boolean isDoubtful(String text) {
        return text.indexOf(REPLACEMENT) >= 0;
    }

    /** What stands before ours belongs to Java. */
    private static Optional<Failure> refusal(List<byte[]> given, String... arguments) {
        int before = given.size() - arguments.length;
        for (int i = 0; i < arguments.length; i++) {
            byte[] bytes = given.get(before + i);
            if (!Utf8.decode(bytes, bytes.length).equals(Optional.of(arguments[i]))) {
                String which = i > 0 && arguments[i - 1].startsWith("-") && arguments[i - 1].length() > 1
                        ? "the value of " + arguments[i - 1]
                        : "argument " + (i + 1);
                return Optional.of(new Failure(
                        ExitCode.USAGE,
                        which + " is not UTF-8: \"" + escaped(bytes) + "\"",
                        "Nothing was done. Convert it to UTF-8, for example with: iconv -f LATIN1 -t UTF-8"));
            }
        }
        return Optional.empty();
    }

    /** Each ends with a NUL. */
    private static List<byte[]> given(byte[] all) {
        List<byte[]> arguments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                arguments.add(java.util.Arrays.copyOfRange(all, from, i));
                from = i + 1;
            }
        }
        return arguments;
    }

    /** What is ASCII as it is, the rest as {@code printf} takes it: {@code caf\xe9}. */
    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char octet :
                new String(bytes, 0, Math.min(200, bytes.length), StandardCharsets.ISO_8859_1).toCharArray()) {
            text.append(
                    octet >= ' ' && octet < 0x7f
                            ? String.valueOf(octet)
                            : String.format(Locale.ROOT, "\\x%02x", (int) octet));
        }
        return text.toString();
    }
}
