package org.workerd.daemon;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plain part of TOML that most configurations keep to: tables with bare names, and keys with a text without escapes
 * or a whole number, one a line. To start TOML's own parser takes every command longer than to store a job; whatever is
 * not plain, or wrong, is left to it. Not thread-safe.
 */
final class PlainToml {
    private final List<Line> tables = new ArrayList<>();
    private final List<Line> keys = new ArrayList<>();
    private final Set<List<String>> seen = new HashSet<>();

    /**
     * A table's header, or a key.
     *
     * @param value a String or a Long; null for a table
     */
    record Line(List<String> path, @Nullable Object value, int line, int column) {}

    private PlainToml() {}

    /** What stands in the text, or null when it is not plain. */
    static @Nullable PlainToml parse(String text) {
        PlainToml plain = new PlainToml();
        List<String> table = List.of();
        int number = 0;
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end);
            from = end < 0 ? text.length() : end + 1;
            number++;
            if (end >= 0 && line.endsWith("\r")) {
                line = line.substring(0, line.length() - 1);
            }
            if (!isPrintable(line)) {
                return null;
            }
            int begin = skipBlanks(line, 0);
            if (isEnd(line, begin)) {
                continue;
            }
            Line found = line.charAt(begin) == '[' ? table(line, begin, number) : key(line, begin, number, table);
            if (found == null || !plain.seen.add(found.path())) {
                return null;
            }
            if (found.value() == null) {
                table = found.path();
                plain.tables.add(found);
            } else {
                plain.keys.add(found);
            }
        }
        return plain;
    }

    /** In their order. */
    List<Line> keys() {
        return keys;
    }

    /** The tables that hold keys, or nothing; not those that are only on the way to another one. */
    List<Line> tables() {
        List<Line> open = new ArrayList<>();
        for (Line table : tables) {
            boolean holdsKeys = false;
            boolean holdsTables = false;
            for (Line key : keys) {
                holdsKeys |= key.path().size() == table.path().size() + 1 && isBelow(key, table);
            }
            for (Line other : tables) {
                holdsTables |= isBelow(other, table);
            }
            if (holdsKeys || !holdsTables) {
                open.add(table);
            }
        }
        return open;
    }

    private static boolean isBelow(Line one, Line table) {
        int size = table.path().size();
        return one.path().size() > size && one.path().subList(0, size).equals(table.path());
    }

    private static @Nullable Line table(String line, int begin, int number) {
        List<String> path = new ArrayList<>();
        int at = begin;
        while (at == begin || (at < line.length() && line.charAt(at) == '.')) {
            int end = bareEnd(line, at + 1);
            if (end == at + 1) {
                return null;
            }
            path.add(line.substring(at + 1, end));
            at = end;
        }
        boolean closed = at < line.length() && line.charAt(at) == ']' && isEnd(line, skipBlanks(line, at + 1));
        return closed ? new Line(List.copyOf(path), null, number, begin + 1) : null;
    }

    private static @Nullable Line key(String line, int begin, int number, List<String> table) {
        int end = bareEnd(line, begin);
        int equals = skipBlanks(line, end);
        if (end == begin || equals == line.length() || line.charAt(equals) != '=') {
            return null;
        }
        int from = skipBlanks(line, equals + 1);
        int to = valueEnd(line, from);
        if (to < 0 || !isEnd(line, skipBlanks(line, to))) {
            return null;
        }
        List<String> path = new ArrayList<>(table);
        path.add(line.substring(begin, end));
        boolean text = line.charAt(from) == '"' || line.charAt(from) == '\'';
        Object value = text ? line.substring(from + 1, to - 1) : Long.valueOf(line.substring(from, to));
        return new Line(List.copyOf(path), value, number, begin + 1);
    }

    /** Behind the value that begins there, or -1 when it is not plain. */
    private static int valueEnd(String line, int from) {
        if (from == line.length()) {
            return -1;
        }
        char first = line.charAt(from);
        if (first != '"' && first != '\'') {
            return numberEnd(line, from);
        }
        int close = line.indexOf(first, from + 1);
        boolean escaped = first == '"' && line.indexOf('\\', from) >= 0;
        // Three of them open a text of many lines.
        boolean three = close == from + 1 && line.startsWith(String.valueOf(first), close + 1);
        return escaped || three || close < 0 ? -1 : close + 1;
    }

    private static int numberEnd(String line, int from) {
        int first = line.charAt(from) == '-' ? from + 1 : from;
        int end = first;
        while (end < line.length() && line.charAt(end) >= '0' && line.charAt(end) <= '9') {
            end++;
        }
        boolean octal = end > first + 1 && line.charAt(first) == '0';
        return end == first || end > first + 9 || octal ? -1 : end;
    }

    private static int bareEnd(String line, int from) {
        int end = from;
        while (end < line.length() && isBare(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isBare(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    private static int skipBlanks(String line, int from) {
        int at = from;
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean isEnd(String line, int at) {
        return at == line.length() || line.charAt(at) == '#';
    }

    private static boolean isPrintable(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if ((c < ' ' && c != '\t') || (c >= 0x7f && c < 0xa0) || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
