package org.workerd.cli.text;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.workerd.ops.Rfc3339;

/** Points in time as text. By hand where every command needs it: a formatter costs 20 ms to load. */
public final class Times {
    private Times() {}

    /** {@code 2026-11-23T05:57:57.123Z}. */
    public static String rfc3339(Instant time) {
        return Rfc3339.format(time);
    }

    /** By the clocks of a zone, with their offset: {@code 2026-11-23T06:57:57+01:00}. */
    public static String local(Instant time, ZoneId zone) {
        ZoneOffset offset = zone.getRules().getOffset(time);
        return Rfc3339.seconds(LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, offset))
                + (offset.getTotalSeconds() == 0 ? "+00:00" : offset.getId());
    }

    /** By the clocks of this machine, for people. */
    public static String local(Instant time) {
        return local(time, ZoneId.systemDefault());
    }

    /** Of a time in whole seconds: {@code 2026-11-23T05:57:57Z}. */
    public static String utc(Instant time) {
        return Rfc3339.seconds(LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC)) + 'Z';
    }

    /** {@code 3m ago}, or {@code in 3m}. */
    public static String relative(Instant time, Instant now) {
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
}
