package org.workerd.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.workerd.job.Names;

/** The environment variables that override one key each, like {@code WORKERD_LOG__LEVEL}. */
final class Overrides {
    private static final String PREFIX = "WORKERD_";

    private Overrides() {}

    /** Without a {@code __} it is something else, like WORKERD_CONFIG or what a handler finds in its environment. */
    static void read(Map<String, String> variables, Findings findings) {
        new TreeMap<>(variables).forEach((variable, text) -> {
            if (!variable.startsWith(PREFIX) || !variable.contains("__")) {
                return;
            }
            if (!Environment.isText(variable + text)) {
                findings.add(Names.printable(variable), Environment.NOT_TEXT);
            } else {
                override(variable, text, findings);
            }
        });
    }

    private static void override(String variable, String text, Findings findings) {
        List<String> parts = List.of(variable.substring(PREFIX.length()).split("__", -1));
        Optional<SettingKey<?>> key = SettingTable.rows().stream()
                .filter(row -> path(row, parts).filter(row::matches).isPresent())
                .findFirst();
        if (key.isEmpty()) {
            findings.add(Names.printable(variable), "is not a setting." + likely(variable));
            return;
        }
        List<String> path = path(key.get(), parts).orElseThrow();
        try {
            key.get().checkName(path);
            findings.open(path.subList(0, path.size() - 1), variable);
            findings.mention(path, variable);
            findings.take(key.get(), path, text, null, variable);
        } catch (IllegalArgumentException e) {
            findings.add(Names.printable(variable), SettingKey.dotted(path) + ": " + e.getMessage());
        }
    }

    /** The path the parts mean if the row is theirs: a variable of handlers is taken as it is, all else is lower case. */
    private static Optional<List<String>> path(SettingKey<?> row, List<String> parts) {
        int size = row.path().size();
        if (parts.size() < size || (parts.size() > size && !row.endsInVariable())) {
            return Optional.empty();
        }
        List<String> path = new ArrayList<>();
        for (int i = 0; i < size - 1; i++) {
            path.add(lower(parts.get(i)));
        }
        String last = String.join("__", parts.subList(size - 1, parts.size()));
        path.add(row.endsInVariable() ? last : lower(last));
        return Optional.of(List.copyOf(path));
    }

    /** Only capitals are turned, so that a name in lower case matches nothing. */
    private static String lower(String part) {
        return part.equals(part.toUpperCase(Locale.ROOT)) ? part.toLowerCase(Locale.ROOT) : "";
    }

    private static String likely(String variable) {
        List<String> path = List.of(
                variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).split("__", -1));
        return SettingIndex.findBelow(path)
                .filter(row -> row.placeholder() >= path.size()) // a table whose keys are the user's
                .<List<String>>map(SettingKey::path)
                .or(() -> SettingIndex.closest(path))
                .map(meant -> " Did you mean " + SettingKey.variable(meant) + "?")
                .orElse("");
    }
}
