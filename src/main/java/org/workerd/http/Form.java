package org.workerd.http;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a form sent. Immutable. */
record Form(Map<String, List<String>> fields) {
    /**
     * The fields of a body.
     *
     * @throws Problem when no browser would send it so
     */
    static Form parse(String body) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String pair : body.split("&", -1)) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                fields.computeIfAbsent(decoded(parts[0]), any -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : decoded(parts[1]));
            }
        }
        return new Form(fields);
    }

    /** Empty: there is none. */
    String value(String name) {
        List<String> values = fields.get(name);
        return values == null ? "" : values.get(0);
    }

    /** Null: there is none, or nothing in it. */
    @Nullable
    String valueOrNull(String name) {
        String value = value(name).strip();
        return value.isEmpty() ? null : value;
    }

    List<String> values(String name) {
        return fields.getOrDefault(name, List.of());
    }

    /** The first value of each. */
    Map<String, String> first() {
        Map<String, String> first = new LinkedHashMap<>();
        fields.forEach((name, values) -> first.put(name, values.get(0)));
        return first;
    }

    /** Bytes that are not UTF-8 are refused, for they would be stored as others. */
    private static String decoded(String text) {
        try {
            byte[] bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException | IllegalArgumentException notUtf8) {
            throw new Problem(400, "bad-request", "the form is not valid percent-encoded UTF-8", "");
        }
    }
}
