package org.workerd.config;

import java.util.List;

/**
 * A table or a value in a file, as either reader of TOML found it. Immutable.
 *
 * @param text a text without its quotes, an array as JSON, anything else as people may see it; of a table nothing
 * @param key where its name stands
 * @param place where the value itself stands; of a table the same as its name
 */
record TomlValue(List<String> path, Kind kind, String text, Place key, Place place) implements Comparable<TomlValue> {
    TomlValue {
        path = List.copyOf(path);
    }

    enum Kind {
        TEXT,
        /** A whole one. */
        NUMBER,
        ARRAY,
        /** What no setting is: a date, a fraction, true or false. */
        OTHER,
        /** It holds values, or nothing. */
        TABLE,
        /** A table that is there only because tables within it are, as {@code a} for {@code [a.b]}. */
        SUPERTABLE
    }

    /** Both count from 1. */
    record Place(int line, int column) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return line == other.line ? Integer.compare(column, other.column) : Integer.compare(line, other.line);
        }
    }

    boolean isTable() {
        return kind == Kind.TABLE || kind == Kind.SUPERTABLE;
    }

    TomlValue asSupertable() {
        return new TomlValue(path, Kind.SUPERTABLE, text, key, place);
    }

    /** The path of the table that holds it. */
    List<String> parent() {
        return path.subList(0, path.size() - 1);
    }

    /** To follow the word "found". */
    String found() {
        return switch (kind) {
            case TEXT -> SettingType.quoted(text);
            case ARRAY -> "an array";
            case TABLE, SUPERTABLE -> "a table";
            case NUMBER, OTHER -> text;
        };
    }

    /** A table before all that it holds, and else as the file has them. */
    @Override
    public int compareTo(TomlValue other) {
        int depth = Integer.compare(path.size(), other.path.size());
        return depth == 0 ? key.compareTo(other.key) : depth;
    }
}
