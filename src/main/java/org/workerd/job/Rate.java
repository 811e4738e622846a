package org.workerd.job;

import java.time.Duration;

/** At most so many starts in any stretch of time of that length; people write {@code 100/1m}. */
public record Rate(int count, Duration per) {
    public static final String FORM = "a rate like 100/1m: 1 to 10000 starts in 1s to 30d";
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(30);

    public Rate {
        if (count < 1 || count > 10_000 || per.compareTo(SHORTEST) < 0 || per.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a rate is 1 to 10000 starts in 1s to 30d, was " + text(count, per));
        }
    }

    /**
     * The rate that the text says.
     *
     * @throws IllegalArgumentException with a sentence that says the form, when the text is not a rate
     */
    public static Rate parse(String text) {
        if (!text.matches("[0-9]{1,5}/[0-9]{1,9}(ms|s|m|h|d)")) {
            throw new IllegalArgumentException("expected " + FORM + ", found \"" + Names.printable(text) + "\"");
        }
        int slash = text.indexOf('/');
        return new Rate(Integer.parseInt(text.substring(0, slash)), Span.parse(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return text(count, per);
    }

    private static String text(int count, Duration per) {
        return count + "/" + Span.format(per);
    }
}
