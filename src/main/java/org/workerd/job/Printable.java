package org.workerd.job;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What may reach a terminal or the log, wherever the text comes from: no control characters (also those of 8 bits), no
 * line separators, nothing that turns the direction of writing, no half of a pair of surrogates. This is the one place
 * that knows them.
 */
public final class Printable {
    private Printable() {}

    /** One line, however long: each character that must not be printed is a question mark. */
    public static String line(String text) {
        return replaced(text, false, code -> "?");
    }

    /** Several lines; tabs stay, too. */
    public static String lines(String text) {
        return replaced(text, true, code -> "?");
    }

    /** JSON as it is, but for what its strings need not hold: that is escaped, and means the same. */
    public static String json(String text) {
        return replaced(text, true, Printable::escape);
    }

    /** As JSON and Java write a character: a backslash, a u and four digits. */
    public static String escape(int character) {
        return String.format(Locale.ROOT, "\\u%04x", character);
    }

    public static boolean is(int character) {
        if (character < 0x7f) {
            return character >= ' ';
        }
        if (character < 0x600) {
            return character > 0x9f;
        }
        return !(character == 0x61c
                || character == 0x200e
                || character == 0x200f
                || (character >= 0x2028 && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069)
                || (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE));
    }

    private static String replaced(String text, boolean layout, IntFunction<String> replacement) {
        int good = 0;
        while (good < text.length() && isFine(text.charAt(good), layout)) {
            good++;
        }
        if (good == text.length()) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length() + 16).append(text, 0, good);
        text.codePoints().skip(good).forEach(code -> {
            if (isFine(code, layout)) {
                clean.appendCodePoint(code);
            } else {
                clean.append(replacement.apply(code));
            }
        });
        return clean.toString();
    }

    private static boolean isFine(int code, boolean layout) {
        return is(code) || (layout && (code == '\n' || code == '\t'));
    }
}
