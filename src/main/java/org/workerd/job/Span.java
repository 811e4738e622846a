package org.workerd.job;

import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Durations, and how people write them: {@code 500ms 30s 10m 2h 7d}, or several units, the longest first: {@code 1h30m}. */
public final class Span {
    private static final Pattern PART = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
    private static final Pattern SPAN =
            Pattern.compile("(?=.)(\\d{1,12}d)?(\\d{1,12}h)?(\\d{1,12}m)?(\\d{1,12}s)?(\\d{1,12}ms)?");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));
    /** A hundred years: beyond it sums with the clock could overflow, and nobody means it. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private Span() {}

    public static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * The duration that the text says.
     *
     * @throws IllegalArgumentException with a sentence that says the form, when the text is not a duration
     */
    public static Duration parse(String text) {
        if (!SPAN.matcher(text).matches()) {
            throw new IllegalArgumentException("expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found \""
                    + Names.printable(text) + "\"");
        }
        Duration span = PART.matcher(text).results().map(Span::part).reduce(Duration.ZERO, Duration::plus);
        if (span.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a duration is at most 36525d, was \"" + Names.printable(text) + "\"");
        }
        return span;
    }

    private static Duration part(MatchResult part) {
        Duration unit = UNITS.getOrDefault(part.group(2), Duration.ZERO);
        return unit.multipliedBy(Long.parseLong(part.group(1)));
    }

    /** The shortest form that {@link #parse} reads back to the same duration, in milliseconds at the finest. */
    public static String format(Duration span) {
        long millis = span.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long size = UNITS.getOrDefault(unit, Duration.ZERO).toMillis();
            if (millis != 0 && millis % size == 0) {
                return millis / size + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    /** For people: two units at most, like {@code 1h 5m}, {@code 3.2s} or {@code 45ms}. */
    public static String brief(Duration span) {
        long millis = Math.max(0, span.toMillis());
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 60_000) {
            return millis / 1_000 + "." + millis % 1_000 / 100 + "s";
        }
        long seconds = millis / 1_000;
        if (seconds < 3_600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3_600 + "h " + seconds % 3_600 / 60 + "m";
        }
        return seconds / 86_400 + "d " + seconds % 86_400 / 3_600 + "h";
    }
}
