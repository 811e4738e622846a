package org.workerd.job;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How far an attempt is, as its handler says. */
public record Progress(int percent, @Nullable String message) {
    /** In characters; the rest of a longer message is left out. */
    public static final int LONGEST_MESSAGE = 1000;

    private static final Pattern LINE = Pattern.compile("\\s*(\\d{1,3})(?:[.,]\\d*)?\\s*%?(?:\\s+(.*?))?\\s*");

    public Progress {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("the progress must be 0 to 100 percent, was " + percent);
        }
        if (message != null && message.length() > LONGEST_MESSAGE) {
            message = message.substring(0, LONGEST_MESSAGE);
        }
    }

    /** What a line {@code PERCENT [MESSAGE]} says; empty when it is no such line. */
    public static Optional<Progress> parse(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches() || Integer.parseInt(parts.group(1)) > 100) {
            return Optional.empty();
        }
        String message = parts.group(2);
        return Optional.of(
                new Progress(Integer.parseInt(parts.group(1)), message == null || message.isEmpty() ? null : message));
    }
}
