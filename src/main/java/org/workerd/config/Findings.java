package org.workerd.config;

import static java.util.Comparator.comparingInt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.config.SettingsException.Problem;

/** What was read so far: values, of which later ones replace earlier ones, and problems. Not thread-safe. */
final class Findings {
    private final Map<List<String>, Found<?>> values = new HashMap<>();
    /** The tables that were opened, each with the place where it first was, in the order of their names. */
    private final Map<List<String>, String> tables =
            // Not Comparator's own: what Java makes for it is in no archive, and every command would wait for it.
            new TreeMap<>((one, other) -> SettingKey.dotted(one).compareTo(SettingKey.dotted(other)));

    private final Map<List<String>, String> mentioned = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /** A value, where it stands in the order of the table, and where it comes from. */
    private record Found<T>(SettingKey<T> key, List<String> path, T value, String origin) {
        String text() {
            return key.type().show(value);
        }

        String parent() {
            return SettingKey.dotted(path.subList(0, path.size() - 1));
        }
    }

    /**
     * Keeps a value.
     *
     * @throws IllegalArgumentException with a sentence, when the text is no value of the key
     */
    <T> void take(SettingKey<T> key, List<String> path, String text, @Nullable Path base, String origin) {
        values.put(path, new Found<>(key, path, key.type().read(text, base), origin));
    }

    /** A table is there, perhaps with nothing in it. */
    void open(List<String> table, String place) {
        tables.putIfAbsent(table, place);
    }

    /** A key is there, whatever its value. */
    void mention(List<String> path, String place) {
        mentioned.put(path, place);
    }

    /** Every table of a user's name that is open, and has a place for these keys, must hold them. */
    void require(SettingKey<?>... keys) {
        tables.forEach((table, place) -> {
            for (SettingKey<?> key : keys) {
                if (key.isDirectlyBelow(table) && !mentioned.containsKey(key.named(table.get(key.placeholder())))) {
                    String path = SettingKey.dotted(key.named(table.get(key.placeholder())));
                    add(place, path + " is missing: expected " + key.type().expected());
                }
            }
        });
    }

    void add(String place, String message) {
        problems.add(new Problem(place, message));
    }

    /** About a value that is wrong beside others, at the place where it stands. */
    void addAt(SettingKey<?> key, String message) {
        add(mentioned.getOrDefault(key.path(), "default"), key.name() + ": " + message);
    }

    /** It was given, and what was given is no value of it. */
    boolean isRefused(SettingKey<?> key) {
        return mentioned.containsKey(key.path()) && "default".equals(origins().get(key.name()));
    }

    boolean hasProblems() {
        return !problems.isEmpty();
    }

    boolean has(List<String> path) {
        return values.containsKey(path);
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    /** The value of a key that has a default. */
    <T> T value(SettingKey<T> key) {
        return this.<T>find(key.path())
                .orElseThrow(() -> new IllegalStateException(key.name() + " has neither value nor default"));
    }

    /** The value for one name; empty: it has none of its own. */
    <T> Optional<T> value(SettingKey<T> key, String name) {
        return find(key.named(name));
    }

    /** The values of a key by what the user put in place of its placeholder. */
    <T> Map<String, T> byName(SettingKey<T> key) {
        Map<String, T> byName = new HashMap<>();
        values.keySet().stream()
                .filter(key::matches)
                .map(path -> path.get(key.placeholder()))
                .forEach(name -> value(key, name).ifPresent(value -> byName.put(name, value)));
        return byName;
    }

    /** The names that have a table of their own in the given one. */
    Set<String> namesIn(String table) {
        return values.keySet().stream()
                .filter(path -> path.size() == 3 && path.get(0).equals(table))
                .map(path -> path.get(1))
                .collect(Collectors.toSet());
    }

    Map<String, String> texts() {
        return inOrder(Found::text);
    }

    Map<String, String> origins() {
        return inOrder(Found::origin);
    }

    /** The table's order; what belongs to one name stands together. */
    private Map<String, String> inOrder(Function<Found<?>, String> column) {
        Map<String, String> ordered = new LinkedHashMap<>();
        values.values().stream()
                .sorted(comparingInt((Found<?> found) ->
                                SettingIndex.firstBeside(found.key().path()))
                        .thenComparing(Found::parent)
                        .thenComparing(found -> SettingTable.rows().indexOf(found.key()))
                        .thenComparing(found -> SettingKey.dotted(found.path())))
                .forEach(found -> ordered.put(SettingKey.dotted(found.path()), column.apply(found)));
        return ordered;
    }

    @SuppressWarnings("unchecked") // take() keeps a T at the path of a SettingKey<T>
    private <T> Optional<T> find(List<String> path) {
        return Optional.ofNullable(values.get(path)).map(found -> (T) found.value());
    }
}
