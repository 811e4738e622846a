package org.workerd.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.config.TomlValue.Kind;
import org.workerd.config.TomlValue.Place;

/**
 * The plain part of TOML that most configurations keep to: tables with bare names, and keys with a text without escapes,
 * a whole number or a truth, one a line. To start TOML's own parser takes every command longer than to store a job; whatever is
 * not plain, or wrong, is left to it. Not thread-safe.
 */
final class PlainToml {
    private final Map<List<String>, TomlValue> values = new HashMap<>();
    /** The tables that have a header of their own. */
    private final Set<List<String>> headed = new HashSet<>();

    private List<String> table = List.of();

    private PlainToml() {}

    /** What stands in the text, as {@link FullToml} would read it, or null when it is not plain. */
    static @Nullable List<TomlValue> read(String text) {
        PlainToml plain = new PlainToml();
        int number = 0;
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end);
            from = end < 0 ? text.length() : end + 1;
            number++;
            if (end >= 0 && line.endsWith("\r")) {
                line = line.substring(0, line.length() - 1);
            }
            if (!plain.take(line, number)) {
                return null;
            }
        }
        return plain.inOrder();
    }

    /** False: it is not plain. */
    private boolean take(String line, int number) {
        int begin = skipBlanks(line, 0);
        if (!isPrintable(line)) {
            return false;
        }
        if (isEnd(line, begin)) {
            return true;
        }
        Place place = new Place(number, begin + 1);
        return line.charAt(begin) == '[' ? takeHeader(line, begin, place) : takeKey(line, begin, place);
    }

    private boolean takeHeader(String line, int begin, Place place) {
        List<String> path = header(line, begin);
        if (path == null || !headed.add(path)) {
            return false;
        }
        for (int size = 1; size < path.size(); size++) {
            List<String> above = path.subList(0, size);
            values.putIfAbsent(above, table(above, place));
            if (!isTable(above)) {
                return false;
            }
        }
        table = path;
        TomlValue before = values.put(path, table(path, place));
        return before == null || before.isTable();
    }

    private boolean takeKey(String line, int begin, Place place) {
        TomlValue value = key(line, begin, place);
        return value != null && values.put(value.path(), value) == null;
    }

    private boolean isTable(List<String> path) {
        TomlValue value = values.get(path);
        return value != null && value.isTable();
    }

    private static TomlValue table(List<String> path, Place place) {
        return new TomlValue(path, Kind.TABLE, "", place, place);
    }

    /** Which of the tables are only there for others is known at the end. */
    private List<TomlValue> inOrder() {
        Set<List<String>> holdTables = new HashSet<>();
        Set<List<String>> holdValues = new HashSet<>();
        for (TomlValue value : values.values()) {
            (value.isTable() ? holdTables : holdValues).add(value.parent());
        }
        List<TomlValue> inOrder = new ArrayList<>();
        for (TomlValue value : values.values()) {
            boolean isAbove = holdTables.contains(value.path()) && !holdValues.contains(value.path());
            inOrder.add(isAbove ? value.asSupertable() : value);
        }
        Collections.sort(inOrder);
        return inOrder;
    }

    private static @Nullable List<String> header(String line, int begin) {
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
        return closed ? List.copyOf(path) : null;
    }

    private @Nullable TomlValue key(String line, int begin, Place place) {
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
        Kind kind = kind(line.charAt(from));
        String text = line.substring(from, to);
        String value =
                switch (kind) {
                    case TEXT -> line.substring(from + 1, to - 1);
                    case NUMBER -> Long.valueOf(text).toString();
                    default -> text;
                };
        return new TomlValue(path, kind, value, place, new Place(place.line(), from + 1));
    }

    private static Kind kind(char first) {
        if (first == '"' || first == '\'') {
            return Kind.TEXT;
        }
        return first == 't' || first == 'f' ? Kind.OTHER : Kind.NUMBER;
    }

    /** Behind the value that begins there, or -1 when it is not plain. */
    private static int valueEnd(String line, int from) {
        if (from == line.length()) {
            return -1;
        }
        for (String truth : List.of("true", "false")) {
            if (line.startsWith(truth, from)) {
                return from + truth.length();
            }
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
