package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Span;
import org.workerd.ops.Rfc3339;

/**
 * A time as pages show it: how long ago, and which it is.
 *
 * @param exact as programs read it
 * @param words for people, like {@code 3m 5s ago}
 */
public record Moment(String exact, String words) {
    private static final Duration SOON = Duration.ofSeconds(1);

    public static Moment of(Instant time, Instant now) {
        Duration age = Duration.between(time, now);
        String words = age.abs().compareTo(SOON) < 0
                ? "now"
                : age.isNegative() ? "in " + whole(age.negated()) : whole(age) + " ago";
        return new Moment(Rfc3339.format(time), words);
    }

    /** Null is null. */
    public static @Nullable Moment ofNullable(@Nullable Instant time, Instant now) {
        return time == null ? null : of(time, now);
    }

    /** Without fractions of seconds, which nobody wants of an age. */
    private static String whole(Duration span) {
        return span.toMinutes() == 0 ? span.toSeconds() + "s" : Span.brief(span);
    }
}
