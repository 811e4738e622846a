package org.workerd.ops;

import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workerd.job.Names;

/** Why a text is not a time, in words that say which part of it is wrong. */
public final class NoTime {
    private static final Pattern PARTS = Pattern.compile("(?:(\\d{4})-(\\d\\d)-(\\d\\d))?(?:[Tt ]|^|$|tomorrow |today )"
            + "(?:(\\d\\d?):(\\d\\d)(?::(\\d\\d)(?:\\.\\d+)?)?)?(?:[Zz]|[+-](\\d\\d):(\\d\\d))?");

    private NoTime() {}

    /**
     * The objection.
     *
     * @param forms what would have been a time
     */
    public static IllegalArgumentException of(String text, String forms) {
        Matcher parts = PARTS.matcher(text);
        String why = parts.matches() ? why(parts) : "";
        return new IllegalArgumentException(
                why.isEmpty()
                        ? "expected " + forms + ", found \"" + Names.printable(text) + "\""
                        : "\"" + Names.printable(text) + "\" is not a valid time: " + why);
    }

    private static String why(Matcher parts) {
        int month = number(parts, 2, 1);
        if (month < 1 || month > 12) {
            return "there is no month " + month;
        }
        YearMonth shown = YearMonth.of(number(parts, 1, 2000), month);
        if (number(parts, 3, 1) < 1 || number(parts, 3, 1) > shown.lengthOfMonth()) {
            return shown + " has " + shown.lengthOfMonth() + " days";
        }
        if (number(parts, 4, 0) > 23) {
            return "the hours of a day are 0 to 23";
        }
        if (number(parts, 5, 0) > 59) {
            return "an hour has the minutes 0 to 59";
        }
        if (number(parts, 6, 0) == 60) {
            return "leap seconds are not supported: use second 59, or the next minute";
        }
        if (number(parts, 6, 0) > 60) {
            return "a minute has the seconds 0 to 59";
        }
        boolean far = number(parts, 7, 0) * 60 + number(parts, 8, 0) > 18 * 60 || number(parts, 8, 0) > 59;
        return far ? "an offset from UTC is at most 18:00" : "";
    }

    private static int number(Matcher parts, int group, int otherwise) {
        return parts.group(group) == null ? otherwise : Integer.parseInt(parts.group(group));
    }
}
