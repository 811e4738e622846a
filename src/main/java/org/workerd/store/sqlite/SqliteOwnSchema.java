package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sqlite.SQLiteConfig;
import org.workerd.job.Names;
import org.workerd.store.StoreException;
import org.workerd.store.Stranger;

/**
 * Is the schema of a queue the one that workerd made? A trigger of somebody else on one of our tables would run in our
 * transactions, with our rights. Tables and views of his own may stay. Stateless.
 */
final class SqliteOwnSchema {
    private SqliteOwnSchema() {}

    /** Something in the schema; table is the one that it is about. */
    private record Entry(String type, String name, String table, String sql) {
        /** However its text is broken into lines. */
        boolean isSameAs(Entry other) {
            return type.equals(other.type) && squeezed(sql).equals(squeezed(other.sql));
        }

        private static String squeezed(String text) {
            return text.replaceAll("\\s+", " ").strip();
        }

        boolean isTable() {
            return type.equals("table");
        }

        String words() {
            return "the " + type + " " + Names.printable(name)
                    + (type.equals("trigger") || type.equals("index") ? " on " + Names.printable(table) : "");
        }

        Stranger unwanted() {
            return new Stranger(words() + " differs from workerd's schema", true, isTable() ? null : drop());
        }

        /** Nothing that a shell would take for anything else. */
        private String drop() {
            String plain = name.matches("[A-Za-z0-9_]+") ? name : "NAME";
            return "DROP " + type.toUpperCase(Locale.ROOT) + " " + plain;
        }
    }

    private static final String ENTRIES =
            """
            select type, substr(name, 1, 200), substr(tbl_name, 1, 200), substr(sql, 1, 100000)
            from sqlite_schema
            where sql is not null and name not like 'sqlite\\_%' escape '\\'
            order by rowid
            """;

    private static Map<String, Entry> entries(Connection connection) throws SQLException {
        try (Statements statements =
                new Statements(connection, failure -> SqliteErrors.translate("cannot read the schema", failure))) {
            return statements
                    .list(
                            ENTRIES,
                            row -> new Entry(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                    .stream()
                    .collect(Collectors.toMap(
                            entry -> entry.name().toLowerCase(Locale.ROOT), entry -> entry, (a, b) -> a, TreeMap::new));
        }
    }

    private static Map<String, Entry> expected(int version) throws SQLException {
        try (Connection scratch = SqliteErrors.connect("jdbc:sqlite::memory:", new SQLiteConfig());
                Statement statement = scratch.createStatement()) {
            for (String step : Schema.steps().subList(0, version)) {
                statement.executeUpdate(step);
            }
            return entries(scratch);
        }
    }

    /** What does not belong there, if anything, in the queue's own version of the schema. */
    static List<Stranger> strangers(Connection connection, int version) throws SQLException {
        Map<String, Entry> ours = expected(version);
        Map<String, Entry> found = entries(connection);
        List<Stranger> strangers = new ArrayList<>();
        for (Map.Entry<String, Entry> one : found.entrySet()) {
            Entry own = ours.get(one.getKey());
            Entry entry = one.getValue();
            boolean onOurs = !entry.isTable() && ours.containsKey(entry.table().toLowerCase(Locale.ROOT));
            if (own == null ? onOurs : !own.isSameAs(entry)) {
                strangers.add(entry.unwanted());
            }
        }
        ours.forEach((name, own) -> {
            if (own.isTable() && !found.containsKey(name)) {
                strangers.add(new Stranger(own.words() + " is missing", true, null));
            }
        });
        return strangers;
    }

    /** Refuses a queue with strangers in it. */
    static void check(Connection connection, SqliteDatabase database, int version) throws SQLException {
        List<Stranger> strangers = strangers(connection, version);
        if (!strangers.isEmpty()) {
            String what = strangers.stream().map(Stranger::what).limit(5).collect(Collectors.joining(", "));
            throw new StoreException(
                    StoreException.Kind.FOREIGN,
                    "the queue " + database.file() + " has a schema that was changed: " + what
                            + strangers.get(0).remedy(database.file()));
        }
    }

    /** Makes anew what was removed of views, triggers and indexes, in one transaction; its names. */
    static List<String> restore(Connection connection) throws SQLException {
        Map<String, Entry> ours = expected(Schema.VERSION);
        Set<String> found = entries(connection).keySet();
        List<Entry> missing = ours.values().stream()
                .filter(own -> !found.contains(own.name().toLowerCase(Locale.ROOT)))
                .toList();
        if (!missing.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("begin immediate");
                for (Entry entry : missing) {
                    statement.executeUpdate(entry.sql());
                }
                statement.executeUpdate("commit");
            }
        }
        return missing.stream().map(Entry::words).toList();
    }
}
