package org.workerd.http.pages;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Printable;

/**
 * A text that may be large, as much of it as a page shows.
 *
 * @param size of the whole
 * @param isCut there is more of it
 */
public record Text(String shown, String size, boolean isCut) {
    private static final int MOST = 64 << 10;

    /** Null is null. */
    public static @Nullable Text of(@Nullable String whole) {
        if (whole == null) {
            return null;
        }
        boolean isCut = whole.length() > MOST;
        String shown = isCut ? whole.substring(0, MOST) : whole;
        long bytes = whole.getBytes(StandardCharsets.UTF_8).length;
        return new Text(Printable.lines(shown), Figures.bytes(bytes), isCut);
    }
}
