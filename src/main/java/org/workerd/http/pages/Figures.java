package org.workerd.http.pages;

import java.util.Locale;
import java.util.regex.Pattern;
import org.workerd.job.Printable;

/** Numbers and texts as pages show them. */
public final class Figures {
    private static final Pattern LINES = Pattern.compile("\\R");
    private static final long KIB = 1 << 10;

    private Figures() {}

    /** {@code 1,204}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 job}, {@code 1,204 jobs}. */
    public static String jobs(long number) {
        return number == 1 ? "1 job" : count(number) + " jobs";
    }

    /** {@code 12 B}, {@code 64 KiB}, {@code 3 MiB}, {@code 40 GiB}. */
    public static String bytes(long number) {
        if (number < KIB) {
            return number + " B";
        }
        if (number < KIB * KIB) {
            return number / KIB + " KiB";
        }
        long mib = number / KIB / KIB;
        return mib < 10 * KIB ? mib + " MiB" : mib / KIB + " GiB";
    }

    /** One line of it, at most so long. */
    public static String brief(String text, int longest) {
        String first = LINES.split(text.strip(), 2)[0];
        String line = Printable.line(first);
        return line.length() > longest ? line.substring(0, longest) + "…" : line;
    }
}
