package org.workerd.cli.crontab;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.workerd.job.Printable;

/** Values as TOML writes them, on one line and without anything that a terminal would obey. */
final class TomlText {
    private TomlText() {}

    static String array(List<String> texts) {
        return texts.stream().map(TomlText::string).collect(Collectors.joining(", ", "[", "]"));
    }

    static String string(String text) {
        return text.codePoints().mapToObj(TomlText::character).collect(Collectors.joining("", "\"", "\""));
    }

    /** Tabs may stay in a comment, other control characters may not. */
    static String comment(String text) {
        return Printable.line(text.replace('\t', ' '));
    }

    private static String character(int code) {
        return switch (code) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            default ->
                Printable.is(code)
                        ? Character.toString(code)
                        : String.format(Locale.ROOT, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
        };
    }
}
