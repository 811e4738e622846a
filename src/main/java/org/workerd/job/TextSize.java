package org.workerd.job;

import org.jspecify.annotations.Nullable;

/** How much memory texts take. */
final class TextSize {
    /** The two objects that a string is, and the place that refers to it. */
    private static final int OF_NO_CHARACTERS = 64;

    private TextSize() {}

    /** In bytes, at most: those that are not Latin take two a character. Null takes none. */
    static long of(@Nullable String text) {
        return text == null ? 0 : OF_NO_CHARACTERS + 2L * text.length();
    }
}
