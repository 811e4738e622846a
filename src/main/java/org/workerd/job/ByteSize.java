package org.workerd.job;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 4096}, {@code 64KiB}, {@code 1MiB}, {@code 2GiB}. */
public final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(B|KiB|MiB|GiB)?");
    private static final Map<String, Long> UNITS = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private ByteSize() {}

    /**
     * The size in bytes.
     *
     * @throws IllegalArgumentException with a sentence that says the form, when the text is not a size
     */
    public static long parse(String text) {
        Matcher parts = SIZE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "expected a size like 64KiB or 1MiB, found \"" + Names.printable(text) + "\"");
        }
        String unit = parts.group(2);
        return Long.parseLong(parts.group(1)) * (unit == null ? 1L : UNITS.getOrDefault(unit, 1L));
    }

    /** For people: {@code 900 B}, {@code 1.5 MiB}. */
    public static String brief(long bytes) {
        for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
            long size = UNITS.getOrDefault(unit, 1L);
            if (bytes >= size) {
                return bytes / size + "." + bytes % size * 10 / size + " " + unit;
            }
        }
        return bytes + " B";
    }

    public static String format(long bytes) {
        for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
            long size = UNITS.getOrDefault(unit, 1L);
            if (bytes != 0 && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }
}
