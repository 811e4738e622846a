package org.workerd.config;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A setting as the manual tells it.
 *
 * @param expected what a value must be
 * @param defaults none; one; or the one that root has, and that of others
 */
public record SettingDoc(String name, String expected, List<String> defaults, String doc) {
    public SettingDoc {
        defaults = List.copyOf(defaults);
    }

    /** In the order in which people see them; those of one table stand together. */
    public static List<SettingDoc> all() {
        return SettingTable.rows().stream().map(SettingDoc::of).toList();
    }

    public String table() {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static SettingDoc of(SettingKey<?> key) {
        List<String> defaults = Stream.of(key.rootDefault(), key.userDefault())
                .filter(Objects::nonNull)
                .map(text -> text.equals("$PROCESSORS") ? "the number of processors" : text)
                .distinct()
                .toList();
        return new SettingDoc(
                key.name(),
                key.type().expected(),
                defaults.size() == 2 ? List.of(defaults.get(0) + " as root", defaults.get(1)) : defaults,
                key.doc());
    }
}
