package org.workerd.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What job and queue names may look like, and which known name a mistyped one was meant to be. */
public final class Names {
    /** One rule for jobs, queues and handler files: safe in a path, a log line and a shell word. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** Control characters, also those of 8 bits, and what turns the direction of writing. */
    private static final Pattern UNPRINTABLE =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]");

    private Names() {}

    public static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * The name, when it is of the form.
     *
     * @throws IllegalArgumentException with a sentence, when it is not
     */
    public static String checked(String what, String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException(what + " must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter"
                    + " or digit, was \"" + printable(name) + "\"");
        }
        return name;
    }

    /** The known name closest to the given one, when it is close enough to be a slip. */
    public static Optional<String> closest(String given, Collection<String> known) {
        int limit = Math.max(1, given.length() / 3);
        return known.stream()
                .filter(name -> distance(given, name) <= limit)
                .min(Comparator.comparingInt((String name) -> distance(given, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The text on one line, without control characters, at most 200 characters. */
    public static String printable(String text) {
        return oneLine(text.length() > 200 ? text.substring(0, 200) + "…" : text);
    }

    /** The text on one line, without control characters, however long. */
    public static String oneLine(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("?");
    }

    /** Levenshtein's distance, in edits. */
    private static int distance(String a, String b) {
        List<Integer> row = new ArrayList<>();
        for (int j = 0; j <= b.length(); j++) {
            row.add(j);
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row.get(0);
            row.set(0, i);
            for (int j = 1; j <= b.length(); j++) {
                int above = row.get(j);
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row.set(j, Math.min(change, 1 + Math.min(above, row.get(j - 1))));
                diagonal = above;
            }
        }
        return row.get(b.length());
    }
}
