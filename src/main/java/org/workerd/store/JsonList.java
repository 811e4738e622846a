package org.workerd.store;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON arrays in columns, of every engine alike, without a JSON library: programs that have the client alone bring none. */
public final class JsonList {
    private static final String EMPTY = "[]";

    private JsonList() {}

    public static String ofStrings(List<String> strings) {
        if (strings.isEmpty()) {
            return EMPTY;
        }
        return strings.stream().map(JsonList::quoted).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '"' || character == '\\') {
                json.append('\\').append(character);
            } else if (character < ' ') {
                json.append("\\u00").append(HexFormat.of().toHexDigits((byte) character));
            } else {
                json.append(character);
            }
        }
        return json.append('"').toString();
    }

    /** Null for none, where the column has it so. */
    public static @Nullable String ofStringsOrNull(List<String> strings) {
        return strings.isEmpty() ? null : ofStrings(strings);
    }

    /** Null for none, as the column has it. */
    public static @Nullable String ofNumbers(List<Long> numbers) {
        return numbers.isEmpty()
                ? null
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    public static List<String> strings(String json) {
        return read(json, String.class);
    }

    /** What somebody wrote past the rules waits for nothing. */
    public static List<Long> numbers(@Nullable String json) {
        try {
            return json == null ? List.of() : read(json, Long.class);
        } catch (StoreException broken) {
            return List.of();
        }
    }

    private static <T> List<T> read(String json, Class<T> element) {
        if (json.equals(EMPTY)) {
            return List.of();
        }
        try {
            return JsonReader.array(json).stream().map(element::cast).toList();
        } catch (IllegalArgumentException | ClassCastException broken) {
            throw new StoreException(StoreException.Kind.DAMAGED, "a job's row holds broken JSON: " + json, broken);
        }
    }
}
