package org.workerd.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.workerd.config.TomlValue.Place;

/** One file of the configuration, taken into {@link Findings}. Not thread-safe. */
final class TomlFile {
    private final Path file;
    private final Path base;
    private final Findings findings;
    private final List<Slip> slips = new ArrayList<>();
    /** Tables whose name is wrong, and what they hold: that is not to be told too. */
    private final Set<List<String>> refused = new HashSet<>();

    /** A problem with its place in this file. */
    private record Slip(Place place, String message) implements Comparable<Slip> {
        @Override
        public int compareTo(Slip other) {
            return place.compareTo(other.place);
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
        List<TomlValue> plain = PlainToml.read(text);
        if (plain == null) {
            readFully(text);
        } else {
            for (TomlValue value : plain) {
                take(value);
            }
        }
        Collections.sort(slips);
        for (Slip slip : slips) {
            findings.add(at(slip.place()), slip.message());
        }
    }

    private void readFully(String text) {
        FullToml.Reading reading = FullToml.read(text);
        reading.values().forEach(this::take);
        int unsure = reading.firstBrokenHeader(text);
        slips.removeIf(slip -> slip.place().line() >= unsure);
        reading.faults().forEach(fault -> slips.add(new Slip(fault.place(), fault.message())));
    }

    private void take(TomlValue value) {
        List<String> path = value.path();
        if (refused.contains(value.parent())) {
            refused.add(path);
            return;
        }
        Optional<SettingKey<?>> below = SettingIndex.findBelow(path);
        Optional<SettingKey<?>> key = SettingIndex.find(path);
        boolean opened = false;
        if (value.isTable() && below.isPresent()) {
            opened = open(below.get(), value);
        } else if (key.isPresent()) {
            set(key.get(), value);
        } else if (below.isPresent() && below.get().placeholder() != path.size() - 1) {
            wrong(value, SettingType.unexpected("a table", value.found()));
        } else {
            slips.add(new Slip(value.key(), value.isTable() ? noTable(path) : noSetting(path)));
        }
        if (!opened) {
            refused.add(path);
        }
    }

    private boolean open(SettingKey<?> below, TomlValue table) {
        if (!isNamed(below, table)) {
            return false;
        }
        if (table.kind() == TomlValue.Kind.TABLE) {
            findings.open(table.path(), at(table.key()));
        }
        return true;
    }

    private void set(SettingKey<?> key, TomlValue value) {
        if (!isNamed(key, value)) {
            return;
        }
        findings.mention(value.path(), at(value.place()));
        try {
            if (!key.type().form().fits(value.kind())) {
                throw SettingType.unexpected(key.type().expected(), value.found());
            }
            findings.take(key, value.path(), value.text(), base, origin(value.key()));
        } catch (IllegalArgumentException e) {
            wrong(value, e);
        }
    }

    private boolean isNamed(SettingKey<?> key, TomlValue value) {
        try {
            key.checkName(value.path());
            return true;
        } catch (IllegalArgumentException e) {
            slips.add(new Slip(value.key(), SettingKey.dotted(value.path()) + ": " + e.getMessage()));
            return false;
        }
    }

    private void wrong(TomlValue value, IllegalArgumentException reason) {
        slips.add(new Slip(value.place(), SettingKey.dotted(value.path()) + ": " + reason.getMessage()));
    }

    private String at(Place place) {
        return file + ":" + place.line() + ":" + place.column();
    }

    private String origin(Place place) {
        return file.subpath(base.getNameCount(), file.getNameCount()) + ":" + place.line() + ":" + place.column();
    }

    private static String noSetting(List<String> path) {
        return SettingKey.dotted(path) + " is not a setting."
                + SettingIndex.closest(path)
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
                + SettingIndex.closestTable(path)
                        .map(meant -> " Did you mean [" + meant + "]?")
                        .orElse("");
    }
}
