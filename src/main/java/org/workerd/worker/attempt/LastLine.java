package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Printable;

/** The last line of what a program printed that says something, for the error of its attempt. Stateless. */
public final class LastLine {
    static final int LONGEST = 200;
    static final String CUT = "...";

    private static final int FARTHEST = 4096;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]");
    /** A program that shows its progress goes back to the start of the line. */
    private static final Pattern END = Pattern.compile("[\r\n]+");

    private LastLine() {}

    /**
     * Null: it printed none in its last bytes.
     *
     * @param most so many bytes are read at most
     */
    static @Nullable String of(Output output, long most) throws IOException {
        if (output.isEmpty()) {
            return null;
        }
        try (RandomAccessFile file = new RandomAccessFile(output.file().toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(file.length(), Math.min(most, FARTHEST))];
            long from = file.length() - tail.length;
            file.seek(from);
            file.readFully(tail);
            return of(new String(tail, StandardCharsets.UTF_8), from == 0);
        }
    }

    /** Of an attempt's {@link Output#path output}, which it may still write; empty: it printed none. */
    public static Optional<String> of(Path output) throws IOException {
        String[] found = new String[1];
        OutputFiles.read(output, file -> {
            ByteBuffer tail = ByteBuffer.allocate((int) Math.min(file.size(), FARTHEST));
            long from = file.size() - tail.capacity();
            file.read(tail, from);
            found[0] = of(new String(tail.array(), 0, tail.position(), StandardCharsets.UTF_8), from == 0);
        });
        return Optional.ofNullable(found[0]);
    }

    /** Of this text, which begins in the middle of a line unless it is whole. */
    static @Nullable String of(String text, boolean whole) {
        String[] lines = END.split(text, -1);
        for (int number = lines.length - 1; number >= 0; number--) {
            String line = Printable.line(
                            COLOUR.matcher(lines[number]).replaceAll("").replace('\t', ' '))
                    .strip();
            if (line.codePoints().anyMatch(Character::isLetterOrDigit)) {
                return number > 0 || whole ? head(line) : CUT + tail(line);
            }
        }
        return null;
    }

    private static String head(String line) {
        return isShort(line) ? line : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + CUT;
    }

    private static String tail(String line) {
        return isShort(line) ? line : line.substring(line.offsetByCodePoints(line.length(), -LONGEST));
    }

    private static boolean isShort(String line) {
        return line.codePointCount(0, line.length()) <= LONGEST;
    }
}
