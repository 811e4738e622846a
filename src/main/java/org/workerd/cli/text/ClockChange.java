package org.workerd.cli.text;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Span;

/** The clocks of a zone are set on a day: forward to summer time, back from it. */
public record ClockChange(ZoneOffsetTransition change) {

    /** On the local day of this time; empty on nearly all days. */
    public static Optional<ClockChange> on(Instant time, ZoneId zone) {
        LocalDate day = LocalDate.ofInstant(time, zone);
        Instant start = day.atStartOfDay(zone).toInstant();
        @Nullable ZoneOffsetTransition next = zone.getRules().nextTransition(start.minusNanos(1));
        // At midnight it belongs to the day that it cuts short or lengthens.
        return Optional.ofNullable(next)
                .filter(change -> LocalDate.ofInstant(change.getInstant(), zone).equals(day))
                .map(ClockChange::new);
    }

    public String word() {
        return change.isGap() ? "forward" : "back";
    }

    /** {@code set forward by 1h, from 02:00 to 03:00}. */
    public String sentence() {
        return "set " + word() + " by " + Span.format(change.getDuration().abs()) + ", from "
                + change.getDateTimeBefore().toLocalTime() + " to "
                + change.getDateTimeAfter().toLocalTime();
    }
}
