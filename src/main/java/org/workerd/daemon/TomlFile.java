package org.workerd.daemon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlEntry;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.workerd.job.Names;

/** One file of the configuration, read into {@link Findings}. Not thread-safe. */
final class TomlFile {
    private final Path file;
    private final Path base;
    private final Findings findings;
    private final List<Slip> slips = new ArrayList<>();

    /** A problem with its place in this file. */
    private record Slip(int line, int column, String message) {
        static Slip at(TomlPosition position, String message) {
            return new Slip(position.line(), position.column(), message);
        }
    }

    /**
     * @param base the directory of the main file, to which relative paths and the names of origins are relative
     */
    TomlFile(Path file, Path base, Findings findings) {
        this.file = file;
        this.base = base;
        this.findings = findings;
    }

    void read(String text) {
        PlainToml plain = PlainToml.parse(text);
        if (plain == null || !takes(plain)) {
            parse(text);
        }
    }

    /** False: something in it is wrong, and is to be told with all the rest; what was taken will be taken again. */
    private boolean takes(PlainToml plain) {
        for (PlainToml.Line table : plain.tables()) {
            Optional<SettingKey<?>> below = SettingTable.findBelow(table.path());
            if (below.isEmpty() || !isNamed(below.get(), table.path())) {
                return false;
            }
            findings.open(table.path(), file + ":" + table.line() + ":" + table.column());
        }
        for (PlainToml.Line line : plain.keys()) {
            Optional<SettingKey<?>> key = SettingTable.find(line.path());
            if (key.isEmpty() || !isNamed(key.get(), line.path()) || !takes(key.get(), line)) {
                return false;
            }
        }
        return true;
    }

    private boolean takes(SettingKey<?> key, PlainToml.Line line) {
        if (line.value() == null || !key.type().form().fits(line.value())) {
            return false;
        }
        findings.mention(line.path());
        try {
            String origin = origin(line.line(), line.column());
            findings.take(key, line.path(), line.value().toString(), base, origin);
            return true;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }

    private static boolean isNamed(SettingKey<?> key, List<String> path) {
        try {
            key.checkName(path);
            return true;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }

    private String origin(int line, int column) {
        return file.subpath(base.getNameCount(), file.getNameCount()) + ":" + line + ":" + column;
    }

    /** By TOML's own rules, and with a message for all that is wrong. */
    void parse(String text) {
        TomlParseResult result = Toml.parse(text, TomlParseOptions.sourceless());
        table(result, List.of());
        int last = firstBrokenHeader(text, result.errors());
        slips.removeIf(slip -> slip.line() >= last);
        for (TomlParseError error : result.errors()) {
            slips.add(Slip.at(error.position(), Names.printable(String.valueOf(error.getMessage()))));
        }
        slips.sort(Comparator.comparingInt(Slip::line).thenComparingInt(Slip::column));
        for (Slip slip : slips) {
            findings.add(file + ":" + slip.line() + ":" + slip.column(), slip.message());
        }
    }

    private String place(TomlPosition position) {
        return file + ":" + position.line() + ":" + position.column();
    }

    private void table(TomlTable table, List<String> path) {
        for (String key : table.keySet()) {
            List<String> child = new ArrayList<>(path);
            child.add(key);
            TomlEntry entry = table.entry(List.of(key));
            Object value = table.get(List.of(key));
            if (entry != null && value != null) {
                entry(List.copyOf(child), entry, value);
            }
        }
    }

    private void entry(List<String> path, TomlEntry entry, Object value) {
        Optional<SettingKey<?>> below = SettingTable.findBelow(path);
        Optional<SettingKey<?>> key = SettingTable.find(path);
        if (value instanceof TomlTable table && below.isPresent()) {
            if (isNamed(below.get(), path, entry)) {
                if (!isOnlyOnTheWay(table)) {
                    findings.open(path, place(entry.position()));
                }
                table(table, path);
            }
        } else if (key.isPresent()) {
            if (isNamed(key.get(), path, entry)) {
                value(key.get(), path, entry, value);
            }
        } else if (below.isPresent() && below.get().placeholder() != path.size() - 1) {
            wrong(path, entry, SettingType.unexpected("a table", found(value)));
        } else {
            slips.add(Slip.at(entry.position(), value instanceof TomlTable ? noTable(path) : noSetting(path)));
        }
    }

    /** It is there because a table within it is, as {@code a} for {@code [a.b]}. */
    private static boolean isOnlyOnTheWay(TomlTable table) {
        return !table.isEmpty()
                && table.keySet().stream().allMatch(key -> table.get(List.of(key)) instanceof TomlTable);
    }

    private boolean isNamed(SettingKey<?> key, List<String> path, TomlEntry entry) {
        try {
            key.checkName(path);
            return true;
        } catch (IllegalArgumentException e) {
            slips.add(Slip.at(entry.position(), SettingKey.dotted(path) + ": " + e.getMessage()));
            return false;
        }
    }

    private void value(SettingKey<?> key, List<String> path, TomlEntry entry, Object value) {
        TomlPosition position = entry.position();
        String origin = origin(position.line(), position.column());
        findings.mention(path);
        try {
            if (!key.type().form().fits(value)) {
                throw SettingType.unexpected(key.type().expected(), found(value));
            }
            String text = value instanceof TomlArray array ? array.toJson() : value.toString();
            findings.take(key, path, text, base, origin);
        } catch (IllegalArgumentException e) {
            wrong(path, entry, e);
        }
    }

    private void wrong(List<String> path, TomlEntry entry, IllegalArgumentException reason) {
        TomlPosition position = entry.value().position();
        slips.add(Slip.at(
                position == null ? entry.position() : position, SettingKey.dotted(path) + ": " + reason.getMessage()));
    }

    private static String noSetting(List<String> path) {
        return SettingKey.dotted(path) + " is not a setting."
                + SettingTable.closest(path)
                        .map(meant -> " Did you mean " + SettingKey.dotted(meant) + "?")
                        .orElse("");
    }

    private static String noTable(List<String> path) {
        if (path.size() == 3 && Set.of("jobs", "queues", "cron").contains(path.get(0))) {
            List<String> quoted = List.of(path.get(0), path.get(1) + "." + path.get(2));
            return SettingKey.dotted(path) + " is not a setting. A name with a dot is quoted: ["
                    + SettingKey.dotted(quoted) + "]";
        }
        return "[" + SettingKey.dotted(path) + "] is not a table of settings."
                + SettingTable.closestTable(path)
                        .map(meant -> " Did you mean [" + meant + "]?")
                        .orElse("");
    }

    private static String found(Object value) {
        if (value instanceof String text) {
            return SettingType.quoted(text);
        }
        if (value instanceof TomlTable) {
            return "a table";
        }
        return value instanceof TomlArray ? "an array" : value.toString();
    }

    /** Behind a header that can't be read the keys seem to stand in another table, so nothing there is to be told. */
    private static int firstBrokenHeader(String text, List<TomlParseError> errors) {
        List<String> lines = text.lines().toList();
        return errors.stream()
                .mapToInt(error -> error.position().line())
                .filter(line ->
                        line <= lines.size() && lines.get(line - 1).strip().startsWith("["))
                .min()
                .orElse(Integer.MAX_VALUE);
    }
}
