package org.workerd.job;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the five fields of a schedule.
 *
 * @param values the bit of each value that it allows; a Sunday is 0
 * @param star it begins with a star: a day has to satisfy the other field of days too
 */
record CronField(long values, boolean star) {
    /** A star, a value or a range, and perhaps a step. */
    private static final Pattern PART = Pattern.compile("(?:(\\*)|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:/([0-9]+))?");

    /** What stands in a field, in the order of the fields. */
    enum Kind {
        MINUTE("minute", 0, 59, ""),
        HOUR("hour", 0, 23, ""),
        DAY("day of the month", 1, 31, ""),
        MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
        WEEKDAY("day of the week", 0, 7, "SUN MON TUE WED THU FRI SAT");

        private final String word;
        private final int least;
        private final int most;
        /** Of the values from the least one on. */
        private final String names;

        Kind(String word, int least, int most, String names) {
            this.word = word;
            this.least = least;
            this.most = most;
            this.names = names;
        }

        /** How many different values there are: the Sunday has two numbers. */
        private int count() {
            return this == WEEKDAY ? 7 : most - least + 1;
        }

        private int value(String text) {
            int name = List.of(names.split(" ")).indexOf(text.toUpperCase(Locale.ROOT));
            if (name >= 0) {
                return least + name;
            }
            int number = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
            if (number < least || number > most) {
                String orName = names.replaceFirst("^(...).*(...)$", " or $1 to $2");
                throw new IllegalArgumentException(
                        "the " + word + " must be " + least + " to " + most + orName + ", found " + quoted(text));
            }
            return number;
        }

        private IllegalArgumentException wrong(String rule, String found) {
            return new IllegalArgumentException("the " + word + rule + ", found " + quoted(found));
        }
    }

    /**
     * Reads a field: lists, ranges, steps and names as in Vixie's cron.
     *
     * @throws IllegalArgumentException with a sentence that names the field
     */
    static CronField parse(Kind kind, String text) {
        long values = 0;
        for (String part : text.split(",", -1)) {
            values |= part(kind, part);
        }
        return new CronField(values, text.startsWith("*"));
    }

    boolean has(int value) {
        return (values & 1L << value) != 0;
    }

    /** The first value that is not less, or -1. */
    int from(int value) {
        long left = values & -1L << value;
        return left == 0 ? -1 : Long.numberOfTrailingZeros(left);
    }

    /** It allows so many different values. */
    int count() {
        return Long.bitCount(values);
    }

    private static long part(Kind kind, String part) {
        Matcher parts = PART.matcher(part);
        if (!parts.matches()) {
            throw kind.wrong(" is a number, a range like 1-5, a list like 1,5 or a step like */5", part);
        }
        boolean star = parts.group(1) != null;
        int first = star ? kind.least : kind.value(parts.group(2));
        if (!star && parts.group(3) == null) {
            if (parts.group(4) != null) {
                throw kind.wrong(" has a step only after * or a range, as in */15 or 10-50/15", part);
            }
            return bit(kind, first);
        }
        int last = star ? kind.least + kind.count() - 1 : last(kind, first, parts.group(3));
        if (last < first) {
            throw kind.wrong("'s range must go upwards", part);
        }
        int step = parts.group(4) == null ? 1 : step(kind, parts.group(4));
        long values = 0;
        for (int value = first; value <= last; value += step) {
            values |= bit(kind, value);
        }
        return values;
    }

    /** A week may end with its Sunday: FRI-SUN. */
    private static int last(Kind kind, int first, String text) {
        return kind == Kind.WEEKDAY && first > 0 && text.equalsIgnoreCase("SUN") ? 7 : kind.value(text);
    }

    private static int step(Kind kind, String text) {
        int step = text.length() > 3 ? 0 : Integer.parseInt(text);
        if (step < 1 || step >= kind.count()) {
            throw kind.wrong("'s step must be 1 to " + (kind.count() - 1), text);
        }
        return step;
    }

    private static long bit(Kind kind, int value) {
        return 1L << (kind == Kind.WEEKDAY ? value % 7 : value);
    }

    private static String quoted(String text) {
        return '"' + Names.printable(text) + '"';
    }
}
