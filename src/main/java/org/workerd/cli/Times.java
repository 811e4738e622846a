package org.workerd.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Points in time as text. By hand where every command needs it: a formatter costs 20 ms to load. */
final class Times {
    private Times() {}

    /** {@code 2026-11-23T05:57:57.123Z}. */
    static String rfc3339(Instant time) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
        return seconds(utc) + '.' + padded(time.getNano() / 1_000_000, 3) + 'Z';
    }

    private static String seconds(LocalDateTime time) {
        return padded(time.getYear(), 4)
                + '-'
                + padded(time.getMonthValue(), 2)
                + '-'
                + padded(time.getDayOfMonth(), 2)
                + 'T'
                + padded(time.getHour(), 2)
                + ':'
                + padded(time.getMinute(), 2)
                + ':'
                + padded(time.getSecond(), 2);
    }

    /** By the clocks of a zone, with their offset: {@code 2026-11-23T06:57:57+01:00}. */
    static String local(Instant time, ZoneId zone) {
        ZoneOffset offset = zone.getRules().getOffset(time);
        return seconds(LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, offset))
                + (offset.getTotalSeconds() == 0 ? "+00:00" : offset.getId());
    }

    /** Of a time in whole seconds: {@code 2026-11-23T05:57:57Z}. */
    static String utc(Instant time) {
        return seconds(LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC)) + 'Z';
    }

    /**
     * The time that RFC 3339 says; a space may stand for the T.
     *
     * @throws IllegalArgumentException with a sentence, when the text is not a time
     */
    static Instant parse(String text) {
        try {
            return instant(text);
        } catch (DateTimeException notATime) {
            throw NoTime.of(text, "a time like 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00");
        }
    }

    /**
     * The same.
     *
     * @throws DateTimeException when it is not
     */
    static Instant instant(String text) {
        return OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
    }

    /** {@code 3m ago}, or {@code in 3m}. */
    static String relative(Instant time, Instant now) {
        Duration age = Duration.between(time, now);
        return age.isNegative() ? "in " + rough(age.negated()) : rough(age) + " ago";
    }

    private static String rough(Duration span) {
        if (span.toMinutes() == 0) {
            return span.toSeconds() + "s";
        }
        if (span.toHours() == 0) {
            return span.toMinutes() + "m";
        }
        return span.toDays() < 2 ? span.toHours() + "h" : span.toDays() + "d";
    }

    private static String padded(int number, int digits) {
        String text = Integer.toString(number);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }
}
