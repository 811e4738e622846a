package org.workerd.cli.reference;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text as the macros of man pages want it: ASCII, in short lines, none of which is a request by chance. */
final class Roff {
    private static final int WIDTH = 78;
    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?]) (?=[A-Z])");

    private Roff() {}

    /** A minus stays a minus, for people copy what they read into their shells. */
    static String text(String plain) {
        String ascii = plain.replace("…", "...");
        if (!ascii.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a man page is of plain ASCII, not \"" + plain + "\"");
        }
        return ascii.replace("\\", "\\e").replace("-", "\\-");
    }

    static String bold(String plain) {
        return "\\fB" + text(plain) + "\\fR";
    }

    static String italic(String plain) {
        return "\\fI" + text(plain) + "\\fR";
    }

    /** Lines to be filled; a sentence begins a line, so that roff knows where one ends. */
    static String filled(String plain) {
        return SENTENCE_END.splitAsStream(text(plain)).map(Roff::wrapped).collect(Collectors.joining("\n", "", "\n"));
    }

    /** Lines that stay as they are. */
    static String literal(List<String> lines) {
        return lines.stream().map(line -> harmless(text(line))).collect(Collectors.joining("\n", ".EX\n", "\n.EE\n"));
    }

    /** One entry of a list: its label, which is roff already, and a plain text. */
    static String entry(String label, String plain) {
        return ".TP\n" + label + "\n" + filled(plain);
    }

    private static String wrapped(String sentence) {
        StringBuilder lines = new StringBuilder();
        int column = 0;
        for (String word : sentence.split(" ", -1)) {
            boolean fits = column + 1 + word.length() <= WIDTH;
            lines.append(column == 0 ? "" : fits ? " " : "\n").append(column > 0 && fits ? word : harmless(word));
            column = fits ? column + 1 + word.length() : word.length();
        }
        return lines.toString();
    }

    private static String harmless(String line) {
        return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
    }
}
