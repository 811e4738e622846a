package org.workerd.cli.text;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is to be known of the terminal that we were started from. */
final class Terminal {
    private static final int USUAL = 80;
    private static final Pattern SIZE = Pattern.compile("\\d{1,4} (\\d{1,4})\\s*");

    private Terminal() {}

    /** $COLUMNS, else what the terminal says, else 80. */
    static int columns() {
        String told = System.getenv().getOrDefault("COLUMNS", "");
        int columns = told.matches("\\d{1,4}") ? Integer.parseInt(told) : asked();
        return columns < 20 ? USUAL : columns;
    }

    private static int asked() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher size = SIZE.matcher(answer);
            return size.matches() ? Integer.parseInt(size.group(1)) : USUAL;
        } catch (IOException none) {
            return USUAL;
        }
    }
}
