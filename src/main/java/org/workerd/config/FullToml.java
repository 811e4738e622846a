package org.workerd.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlEntry;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.workerd.config.TomlValue.Kind;
import org.workerd.config.TomlValue.Place;
import org.workerd.job.Names;

/** All of TOML, by a parser that takes longer to load than {@link PlainToml} takes to read. Stateless. */
final class FullToml {
    private FullToml() {}

    /** What is not TOML, and where. */
    record Fault(Place place, String message) {}

    /**
     * What could be read of a file.
     *
     * @param values in their order; those of the lines that could be read
     */
    record Reading(List<TomlValue> values, List<Fault> faults) {
        /** The first table's header that can't be read: behind it the keys seem to stand in another table. */
        int firstBrokenHeader(String text) {
            List<String> lines = text.lines().toList();
            return faults.stream()
                    .mapToInt(fault -> fault.place().line())
                    .filter(line ->
                            line <= lines.size() && lines.get(line - 1).strip().startsWith("["))
                    .min()
                    .orElse(Integer.MAX_VALUE);
        }
    }

    static Reading read(String text) {
        TomlParseResult result = Toml.parse(text, TomlParseOptions.sourceless());
        List<TomlValue> values = new ArrayList<>();
        collect(result, List.of(), values);
        Collections.sort(values);
        return new Reading(values, result.errors().stream().map(FullToml::fault).toList());
    }

    private static Fault fault(TomlParseError error) {
        return new Fault(place(error.position()), Names.printable(String.valueOf(error.getMessage())));
    }

    private static void collect(TomlTable table, List<String> path, List<TomlValue> values) {
        for (String key : table.keySet()) {
            TomlEntry entry = table.entry(List.of(key));
            Object value = table.get(List.of(key));
            if (entry != null && value != null) {
                List<String> child = new ArrayList<>(path);
                child.add(key);
                values.add(value(child, entry, value));
                if (value instanceof TomlTable below) {
                    collect(below, child, values);
                }
            }
        }
    }

    private static TomlValue value(List<String> path, TomlEntry entry, Object value) {
        TomlPosition position = entry.value().position();
        Place key = place(entry.position());
        return new TomlValue(path, kind(value), text(value), key, position == null ? key : place(position));
    }

    private static Kind kind(Object value) {
        if (value instanceof TomlTable table) {
            boolean holdsTables = !table.isEmpty()
                    && table.keySet().stream().allMatch(key -> table.get(List.of(key)) instanceof TomlTable);
            return holdsTables ? Kind.SUPERTABLE : Kind.TABLE;
        }
        if (value instanceof TomlArray) {
            return Kind.ARRAY;
        }
        if (value instanceof String) {
            return Kind.TEXT;
        }
        return value instanceof Long ? Kind.NUMBER : Kind.OTHER;
    }

    private static String text(Object value) {
        if (value instanceof TomlTable) {
            return "";
        }
        return value instanceof TomlArray array ? array.toJson() : value.toString();
    }

    private static Place place(TomlPosition position) {
        return new Place(position.line(), position.column());
    }
}
