package org.workerd.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;

/**
 * One row of the table of settings. A part of its name in capitals stands for a name of the user's: {@code NAME} for
 * a job's or a queue's, {@code ID} for a schedule's, {@code VARIABLE} for an environment variable's.
 */
final class SettingKey<T> {
    private static final Set<String> PLACEHOLDERS = Set.of("NAME", "ID", "VARIABLE");
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final String name;
    private final SettingType<T> type;
    private final @Nullable String rootDefault;
    private final @Nullable String userDefault;
    private final String doc;
    private final List<String> path;
    private final int placeholder;

    /**
     * A row.
     *
     * @param rootDefault the default as root, or with the system's file, as text; null: the key may be absent
     * @param userDefault the default otherwise
     * @param doc one line of why
     */
    SettingKey(
            String name, SettingType<T> type, @Nullable String rootDefault, @Nullable String userDefault, String doc) {
        this.name = name;
        this.type = type;
        this.rootDefault = rootDefault;
        this.userDefault = userDefault;
        this.doc = doc;
        // Every command asks each row for them again and again.
        this.path = List.of(name.split("\\."));
        this.placeholder = placeholder(path);
    }

    String name() {
        return name;
    }

    SettingType<T> type() {
        return type;
    }

    @Nullable
    String rootDefault() {
        return rootDefault;
    }

    @Nullable
    String userDefault() {
        return userDefault;
    }

    String doc() {
        return doc;
    }

    /** The parts of the name. */
    List<String> path() {
        return path;
    }

    /** The index of the placeholder in the path, or -1. */
    int placeholder() {
        return placeholder;
    }

    private static int placeholder(List<String> path) {
        for (int i = 0; i < path.size(); i++) {
            if (isPlaceholder(path.get(i))) {
                return i;
            }
        }
        return -1;
    }

    boolean endsInVariable() {
        return name.endsWith(".VARIABLE");
    }

    boolean matches(List<String> given) {
        return given.size() == path().size() && agrees(given);
    }

    /** The given path is that of a table that holds this key. */
    boolean isBelow(List<String> given) {
        return given.size() < path().size() && agrees(given);
    }

    boolean isDirectlyBelow(List<String> given) {
        return given.size() == path().size() - 1 && agrees(given);
    }

    /** The given path is that of a key, perhaps unknown, in the same table. */
    boolean isBeside(List<String> given) {
        return given.size() == path().size() && agrees(given.subList(0, given.size() - 1));
    }

    /** This key's path with the name in place of the placeholder. */
    List<String> named(String name) {
        return path().stream().map(part -> isPlaceholder(part) ? name : part).toList();
    }

    /**
     * Checks what the user put in place of the placeholder, if the path, which this key matches or is below, is so long.
     *
     * @throws IllegalArgumentException with a sentence
     */
    void checkName(List<String> given) {
        int at = placeholder();
        if (at < 0 || at >= given.size()) {
            return;
        }
        if (endsInVariable()) {
            checkVariable(given.get(at));
        } else {
            Names.checked(whose(), given.get(at));
        }
    }

    private String whose() {
        if (name.startsWith("cron.")) {
            return "a cron ID";
        }
        return name.startsWith("queues.") ? "a queue name" : "a job name";
    }

    /** The path as TOML writes it. */
    static String dotted(List<String> path) {
        return path.stream()
                .map(part -> BARE.matcher(part).matches()
                        ? Names.printable(part)
                        : SettingType.quoted(part.replace("\\", "\\\\").replace("\"", "\\\"")))
                .collect(Collectors.joining("."));
    }

    /** The environment variable that overrides the key at the path. */
    static String variable(List<String> path) {
        return path.stream()
                .map(part -> part.toUpperCase(Locale.ROOT))
                .collect(Collectors.joining("__", "WORKERD_", ""));
    }

    private static boolean isPlaceholder(String part) {
        return PLACEHOLDERS.contains(part);
    }

    private boolean agrees(List<String> given) {
        for (int i = 0; i < given.size(); i++) {
            if (i != placeholder && !path.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static void checkVariable(String variable) {
        if (!VARIABLE.matcher(variable).matches()) {
            throw new IllegalArgumentException("a variable must be of A-Z a-z 0-9 _ and not begin with a digit");
        }
        if (variable.startsWith("WORKERD_")) {
            throw new IllegalArgumentException("variables that begin with WORKERD_ are set by workerd itself");
        }
    }
}
