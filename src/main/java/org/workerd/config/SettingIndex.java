package org.workerd.config;

import java.util.List;
import java.util.Optional;
import org.workerd.job.Names;

/** Finds settings in their table by the path that somebody wrote, or the one that was likely meant. Stateless. */
final class SettingIndex {
    private SettingIndex() {}

    static Optional<SettingKey<?>> find(List<String> path) {
        for (SettingKey<?> row : SettingTable.rows()) {
            if (row.matches(path)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    /** A row of the table at the path, or empty when no table is there. */
    static Optional<SettingKey<?>> findBelow(List<String> path) {
        for (SettingKey<?> row : SettingTable.rows()) {
            if (row.isBelow(path)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    /** The setting that was likely meant: of the same table one that is spelt almost so, else one of any table. */
    static Optional<List<String>> closest(List<String> path) {
        List<List<String>> beside = SettingTable.rows().stream()
                .filter(row -> row.isBeside(path))
                .map(row -> row.named(path.get(Math.max(0, row.placeholder()))))
                .toList();
        List<List<String>> any = SettingTable.rows().stream()
                .filter(row -> row.placeholder() < 0)
                .map(SettingKey::path)
                .toList();
        // With the table in front a slip of two letters in a short name, like levle, is still close enough.
        return closest(path, beside, 2).or(() -> closest(path, any, 1));
    }

    /** The table that was likely meant. */
    static Optional<String> closestTable(List<String> path) {
        List<String> known = SettingTable.rows().stream()
                .map(SettingKey::path)
                .filter(key -> key.size() > path.size())
                .map(key -> SettingKey.dotted(key.subList(0, path.size())))
                .distinct()
                .toList();
        return Names.closest(SettingKey.dotted(path), known);
    }

    /** The index of the first row of the table that holds this key. */
    static int firstBeside(List<String> key) {
        int first = 0;
        while (!SettingTable.rows().get(first).isBeside(key)) {
            first++;
        }
        return first;
    }

    private static Optional<List<String>> closest(List<String> path, List<List<String>> known, int parts) {
        return Names.closest(
                        end(path, parts),
                        known.stream().map(key -> end(key, parts)).toList())
                .flatMap(meant -> known.stream()
                        .filter(key -> end(key, parts).equals(meant))
                        .findFirst());
    }

    private static String end(List<String> path, int parts) {
        return SettingKey.dotted(path.subList(Math.max(0, path.size() - parts), path.size()));
    }
}
