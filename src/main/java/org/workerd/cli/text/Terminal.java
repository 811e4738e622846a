package org.workerd.cli.text;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is to be known of the terminal that we were started from. */
public final class Terminal {
    private static final int USUAL = 80;
    private static final int USUAL_ROWS = 24;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");

    /** Of one whose size is not known, that of the terminals of old. */
    public record Size(int rows, int columns) {}

    private Terminal() {}

    /** $COLUMNS, else what the terminal says, else 80. */
    public static int columns() {
        String told = System.getenv().getOrDefault("COLUMNS", "");
        int columns = told.matches("\\d{1,4}") ? Integer.parseInt(told) : size().columns();
        return columns < 20 ? USUAL : columns;
    }

    /** As the terminal says. */
    public static Size size() {
        try {
            Matcher size = SIZE.matcher(stty("size"));
            return size.matches()
                    ? new Size(known(size.group(1), USUAL_ROWS), known(size.group(2), USUAL))
                    : new Size(USUAL_ROWS, USUAL);
        } catch (IOException none) {
            return new Size(USUAL_ROWS, USUAL);
        }
    }

    private static int known(String told, int otherwise) {
        int count = Integer.parseInt(told);
        return count == 0 ? otherwise : count;
    }

    /** Asks or tells the terminal something, as stty(1) has it. What it answers. */
    public static String stty(String... words) throws IOException {
        Process stty = new ProcessBuilder(
                        Stream.concat(Stream.of("stty"), Stream.of(words)).toList())
                .redirectInput(new File("/dev/tty"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    }
}
