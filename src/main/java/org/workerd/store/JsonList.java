package org.workerd.store;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON arrays in columns. Most are empty, and then no JSON library is even loaded. */
final class JsonList {
    private static final String EMPTY = "[]";

    private JsonList() {}

    static String ofStrings(List<String> strings) {
        if (strings.isEmpty()) {
            return EMPTY;
        }
        JsonStringEncoder encoder = JsonStringEncoder.getInstance();
        return strings.stream()
                .map(text -> '"' + new String(encoder.quoteAsString(text)) + '"')
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** Null for none, as the column has it. */
    static @Nullable String ofNumbers(List<Long> numbers) {
        return numbers.isEmpty()
                ? null
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    static List<String> strings(String json) {
        return read(json, String.class);
    }

    /** What somebody wrote past the rules waits for nothing. */
    static List<Long> numbers(@Nullable String json) {
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
            return JSON.std.listOfFrom(element, json);
        } catch (IOException broken) {
            throw new StoreException(StoreException.Kind.DAMAGED, "a job's row holds broken JSON: " + json, broken);
        }
    }
}
