package org.workerd.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of our own columns: arrays and objects of strings, whole numbers and nulls, nothing nested. Our own, so
 * that programs with no more than the client need no JSON library. What it cannot read is an IllegalArgumentException.
 */
public final class JsonReader {
    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    public static List<@Nullable Object> array(String json) {
        JsonReader reader = new JsonReader(json);
        List<@Nullable Object> values = new ArrayList<>();
        reader.expect('[');
        if (!reader.skip(']')) {
            do {
                values.add(reader.value());
            } while (reader.skip(','));
            reader.expect(']');
        }
        reader.expectEnd();
        return values;
    }

    public static Map<String, @Nullable Object> object(String json) {
        JsonReader reader = new JsonReader(json);
        Map<String, @Nullable Object> fields = new HashMap<>();
        reader.expect('{');
        if (!reader.skip('}')) {
            do {
                reader.field(fields);
            } while (reader.skip(','));
            reader.expect('}');
        }
        reader.expectEnd();
        return fields;
    }

    private void field(Map<String, @Nullable Object> fields) {
        String key = string();
        expect(':');
        fields.put(key, value());
    }

    private @Nullable Object value() {
        skipSpace();
        if (text.startsWith("null", at)) {
            at += "null".length();
            return null;
        }
        return at < text.length() && text.charAt(at) == '"' ? string() : number();
    }

    private Long number() {
        int start = at;
        while (at < text.length() && (text.charAt(at) == '-' || Character.isDigit(text.charAt(at)))) {
            at++;
        }
        return Long.valueOf(text.substring(start, at));
    }

    private String string() {
        expect('"');
        int end = at;
        // No further than its end: looking for an escape in all that follows would take the square of the time.
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\\') {
            end++;
        }
        if (end < text.length() && text.charAt(end) == '"') {
            String plain = text.substring(at, end);
            at = end + 1;
            return plain;
        }
        return escaped();
    }

    private String escaped() {
        StringBuilder string = new StringBuilder();
        for (char next = next(); next != '"'; next = next()) {
            string.append(next == '\\' ? escape(next()) : next);
        }
        return string.toString();
    }

    private char escape(char letter) {
        return switch (letter) {
            case '"', '\\', '/' -> letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) Integer.parseInt("" + next() + next() + next() + next(), 16);
            default -> throw broken();
        };
    }

    private char next() {
        if (at == text.length()) {
            throw broken();
        }
        return text.charAt(at++);
    }

    private boolean skip(char wanted) {
        skipSpace();
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char wanted) {
        if (!skip(wanted)) {
            throw broken();
        }
    }

    private void expectEnd() {
        skipSpace();
        if (at < text.length()) {
            throw broken();
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException broken() {
        return new IllegalArgumentException("at character " + at);
    }
}
