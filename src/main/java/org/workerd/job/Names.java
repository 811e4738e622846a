package org.workerd.job;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** What job and queue names may look like, and which known name a mistyped one was meant to be. */
public final class Names {
    /** One rule for jobs, queues and handler files: safe in a path, a log line and a shell word. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

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
        return Printable.line(text.length() > 200 ? text.substring(0, 200) + "…" : text);
    }

    /** In edits: a letter more, less, or another one, or two neighbours that changed places. */
    private static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : fewest(edits, a, b, i, j);
            }
        }
        return edits[a.length()][b.length()];
    }

    private static int fewest(int[][] edits, String a, String b, int i, int j) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int fewest = Math.min(edits[i - 1][j - 1] + change, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(fewest, edits[i - 2][j - 2] + 1) : fewest;
    }
}
