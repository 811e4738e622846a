package org.workerd.blackbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What somebody has been told so far, and what of it a queue does not know any more. */
final class Promises {
    private static final Pattern END = Pattern.compile("job=(\\d+) .*state=(done|dead|cancelled)\\b.*");

    private final Set<Long> stored = new TreeSet<>();
    private final Set<Long> deleted = new TreeSet<>();
    private final Map<Long, String> ended = new TreeMap<>();
    private final Set<Long> beforeBackup = new TreeSet<>();
    private boolean isPaused;
    private boolean isBackedUp;

    /** Somebody has written this to a file whose name says what it means; what begins may be over any time later. */
    void told(String file, String text) {
        switch (file) {
            case "stored" -> stored.addAll(ids(text));
            case "cancelled" -> ids(text).forEach(id -> ended.put(id, "cancelled"));
            case "retry-begins" -> ended.keySet().removeAll(ids(text));
            case "delete-begins" -> forget(ids(text));
            case "deleted" -> deleted.addAll(ids(text));
            case "paused" -> isPaused = true;
            case "resume-begins" -> isPaused = false;
            case "backup-begins" -> beforeBackup.addAll(stored);
            case "backed-up" -> isBackedUp = true;
            case "workerd.log" ->
                text.lines().map(END::matcher).filter(Matcher::matches).forEach(this::ended);
            default -> throw new IllegalStateException(file);
        }
    }

    private static List<Long> ids(String text) {
        return text.lines().map(Long::valueOf).toList();
    }

    private void forget(List<Long> ids) {
        stored.removeAll(ids);
        ended.keySet().removeAll(ids);
    }

    private void ended(Matcher line) {
        ended.put(Long.valueOf(line.group(1)), line.group(2));
    }

    Set<Long> ended() {
        return new HashSet<>(ended.keySet());
    }

    /** Sentences; none if all is well. */
    List<String> broken(Path queue, Path backup) {
        List<String> broken = new ArrayList<>();
        if (Files.exists(queue)) {
            look(queue, connection -> compare(connection, broken), broken);
        } else if (!stored.isEmpty()) {
            broken.add("there is no queue, but jobs were stored: " + stored);
        }
        if (isBackedUp && !Files.exists(backup)) {
            broken.add("there is no backup");
        } else if (isBackedUp) {
            look(backup, connection -> missing(connection, beforeBackup, "in the backup", broken), broken);
        }
        return broken;
    }

    private interface Look {
        void at(Connection connection) throws SQLException;
    }

    private static void look(Path file, Look look, List<String> broken) {
        // It is looked at once, by one.
        String url = "jdbc:sqlite:" + file + "?locking_mode=EXCLUSIVE&synchronous=OFF";
        try (Connection connection = DriverManager.getConnection(url)) {
            List<String> findings = column(connection, "pragma integrity_check");
            if (!findings.equals(List.of("ok"))) {
                broken.add(file + " is damaged: " + findings);
            }
            // Between two steps of its making it has no tables yet.
            if (!column(connection, "select name from sqlite_schema where name = 'jobs'")
                    .isEmpty()) {
                look.at(connection);
            } else {
                broken.add(file + " has no tables");
            }
        } catch (SQLException failure) {
            broken.add(file + " cannot be read: " + failure.getMessage());
        }
    }

    private void compare(Connection connection, List<String> broken) throws SQLException {
        missing(connection, stored, "stored", broken);
        Set<Long> there = jobs(connection);
        there.retainAll(deleted);
        if (!there.isEmpty()) {
            broken.add("deleted, but there: " + there);
        }
        Map<Long, String> states = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id, state from finished")) {
            while (rows.next()) {
                states.put(rows.getLong(1), rows.getString(2));
            }
        }
        ended.forEach((id, state) -> {
            if (!state.equals(states.get(id))) {
                broken.add("job " + id + " was " + state + ", is " + states.get(id));
            }
        });
        if (isPaused && column(connection, "select queue from pauses").isEmpty()) {
            broken.add("the queue is not paused any more");
        }
    }

    private static void missing(Connection connection, Set<Long> wanted, String where, List<String> broken)
            throws SQLException {
        Set<Long> missing = new TreeSet<>(wanted);
        missing.removeAll(jobs(connection));
        if (!missing.isEmpty()) {
            broken.add(where + ", but missing: " + missing);
        }
    }

    private static Set<Long> jobs(Connection connection) throws SQLException {
        Set<Long> ids = new TreeSet<>();
        for (String id : column(connection, "select id from jobs")) {
            ids.add(Long.valueOf(id));
        }
        return ids;
    }

    private static List<String> column(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
