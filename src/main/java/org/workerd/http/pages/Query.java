package org.workerd.http.pages;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parameters of an address. Immutable. */
public record Query(Map<String, String> values) {
    public static final Query NONE = new Query(Map.of());

    public Query {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public static Query of(String name, String value) {
        return NONE.with(name, value);
    }

    /** This one instead of what it had; null or empty: none. */
    public Query with(String name, @Nullable String value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        if (value == null || value.isEmpty()) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new Query(changed);
    }

    public String value(String name) {
        return values.getOrDefault(name, "");
    }

    /** Behind a path: with a question mark, unless there are none. */
    public String behind(String path) {
        String text = values.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return text.isEmpty() ? path : path + "?" + text;
    }
}
