package org.workerd.ops;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Points in time as programs write and read them. By hand: a formatter costs every command 20 ms to load. */
public final class Rfc3339 {
    private Rfc3339() {}

    /** {@code 2026-11-23T05:57:57.123Z}. */
    public static String format(Instant time) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
        return seconds(utc) + '.' + padded(time.getNano() / 1_000_000, 3) + 'Z';
    }

    /** Without a zone: {@code 2026-11-23T05:57:57}. */
    public static String seconds(LocalDateTime time) {
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

    /**
     * The time that the text says; a space may stand for the T.
     *
     * @throws IllegalArgumentException with a sentence, when it is not a time
     */
    public static Instant parse(String text) {
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
    public static Instant instant(String text) {
        return OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
    }

    private static String padded(int number, int digits) {
        String text = Integer.toString(number);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }
}
