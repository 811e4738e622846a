package org.workerd.job;

import java.util.regex.Pattern;

/** A word as a shell has to be given it, for the commands that we print: whoever pastes one runs that and nothing else. */
public final class ShellWord {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private ShellWord() {}

    /** As it is when the shell leaves it alone, else in quotes. */
    public static String of(Object word) {
        String text = Printable.line(word.toString());
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
