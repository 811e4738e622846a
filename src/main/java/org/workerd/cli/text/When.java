package org.workerd.cli.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.workerd.ops.NoTime;
import org.workerd.ops.Rfc3339;

/**
 * A time as people write it: of RFC 3339, or by the clock on the wall, which becomes an instant when it is known where
 * and when it was said.
 *
 * @param instant null: it is by the clock on the wall
 * @param date null: today or tomorrow
 */
public record When(@Nullable Instant instant, @Nullable LocalDate date, boolean tomorrow, LocalTime time) {
    private static final String CLOCK = "(\\d{1,2}:\\d{2}(?::\\d{2})?)";
    private static final Pattern LOCAL =
            Pattern.compile("(?:(tomorrow|today) )?" + CLOCK + "|(\\d{4}-\\d{2}-\\d{2})(?:[T ]" + CLOCK + ")?");

    /**
     * What the text says.
     *
     * @throws IllegalArgumentException with a sentence, when it is not a time
     */
    public static When parse(String text) {
        Matcher local = LOCAL.matcher(text);
        try {
            return local.matches() ? local(local) : new When(Rfc3339.instant(text), null, false, LocalTime.MIDNIGHT);
        } catch (DateTimeException wrong) {
            throw NoTime.of(text, "a time like 2026-12-24T18:00:00+01:00, 2026-12-24 18:00, 18:00 or tomorrow 18:00");
        }
    }

    private static When local(Matcher parts) {
        String date = parts.group(3);
        return date == null
                ? new When(null, null, "tomorrow".equals(parts.group(1)), clock(parts.group(2)))
                : new When(null, LocalDate.parse(date), false, clock(parts.group(4)));
    }

    private static LocalTime clock(@Nullable String text) {
        return LocalTime.parse(text == null ? "00:00" : text.length() % 3 == 1 ? "0" + text : text);
    }

    public boolean isLocal() {
        return instant == null;
    }

    /** A time of day without a date is the next one of that name; one that the clocks skip is moved on as they are. */
    public Instant at(Instant now, ZoneId zone) {
        if (instant != null) {
            return instant;
        }
        LocalDate today = LocalDate.ofInstant(now, zone);
        LocalDate day = date == null ? today.plusDays(tomorrow ? 1 : 0) : date;
        Instant there = LocalDateTime.of(day, time).atZone(zone).toInstant();
        boolean past = date == null && !tomorrow && there.isBefore(now);
        return past ? LocalDateTime.of(day.plusDays(1), time).atZone(zone).toInstant() : there;
    }
}
