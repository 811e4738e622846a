package org.workerd.bench;

import java.util.Locale;

/** What a figure counts, and how people read it. */
public enum Unit {
    PER_SECOND("/s", "per_second"),
    MILLIS(" ms", "ms"),
    MICROS(" µs", "us"),
    PERCENT(" %", "percent"),
    MEGABYTES(" MB", "mb");

    private final String sign;
    private final String word;

    Unit(String sign, String word) {
        this.sign = sign;
        this.word = word;
    }

    /** As programs read it. */
    public String word() {
        return word;
    }

    /** With three digits that count, or with all before the point. */
    public String format(double value) {
        int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f%s", value, sign);
    }
}
