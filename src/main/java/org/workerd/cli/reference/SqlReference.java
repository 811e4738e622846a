package org.workerd.cli.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What workerd-sql(7) says of tables and views, in roff: from the statements that make the schema of both engines, so that
 * it cannot differ from them. The comments in that of PostgreSQL say what is told, in which order, and what it means.
 */
final class SqlReference {
    private static final String SCHEMAS = "/org/workerd/store/";
    private static final Pattern COMMENT =
            Pattern.compile("comment on (?:table|view|column) ([\\w.\"]+) is '((?:[^']|'')*)';");
    private static final Pattern TABLE = Pattern.compile("create table (\\w+) \\(\n(.*?)\n\\)", Pattern.DOTALL);
    private static final Pattern ADDED = Pattern.compile("alter table (\\w+) add column ([^;]*);");
    private static final Pattern COLUMN = Pattern.compile("\\s*\"?(\\w+)\"?\\s+(text|integer|smallint|bigint)\\b(.*)");
    private static final Pattern DEFAULT = Pattern.compile("default ('[^']*'|-?\\d+|\\()");
    private static final Pattern RULE = Pattern.compile("constraint \"([^\"]+)\"");

    private final List<MatchResult> comments;
    private final Map<String, Column> sqlite = new TreeMap<>();
    private final Map<String, Column> postgres = new TreeMap<>();

    /** By TABLE.COLUMN; a rule is the message of who breaks it. */
    private record Column(String type, Optional<String> preset, Optional<String> rule) {}

    SqlReference() {
        String own = read("postgres/0001-queue.sql");
        comments = COMMENT.matcher(own).results().toList();
        columns(own, postgres);
        columns(read("sqlite/0001-queue.sql"), sqlite);
        columns(read("sqlite/0002-rules.sql"), sqlite);
    }

    /** An entry for each column of this table or view. */
    String columns(String table) {
        StringBuilder text = new StringBuilder();
        for (MatchResult comment : comments) {
            String name = comment.group(1).replace("\"", "");
            String meaning = comment.group(2).replace("''", "'");
            if (name.equals(table)) {
                text.append(Roff.filled(meaning));
            } else if (name.startsWith(table + ".")) {
                String column = name.substring(table.length() + 1);
                text.append(Roff.entry(Roff.bold(column), meaning + details(name)));
            }
        }
        return text.toString();
    }

    private String details(String name) {
        Column here = sqlite.get(name);
        Column there = postgres.get(name);
        if (here == null) {
            return there == null ? "" : " (PostgreSQL only)";
        }
        StringBuilder text = new StringBuilder(" Type: ").append(here.type());
        if (there != null && !there.type().equals(here.type())) {
            text.append(" (PostgreSQL: ").append(there.type()).append(')');
        }
        text.append('.');
        here.preset().ifPresent(value -> text.append(" Default: ").append(value).append('.'));
        here.rule().ifPresent(rule -> text.append(" Rule: ").append(rule).append('.'));
        return text.toString();
    }

    private static void columns(String schema, Map<String, Column> found) {
        TABLE.matcher(schema).results().forEach(table -> {
            List<String> definitions = new ArrayList<>();
            for (String line : table.group(2).lines().toList()) {
                if (COLUMN.matcher(line).matches() && line.startsWith("  ") && !line.startsWith("   ")) {
                    definitions.add(line);
                } else if (!definitions.isEmpty()) {
                    definitions.set(
                            definitions.size() - 1, definitions.get(definitions.size() - 1) + " " + line.strip());
                }
            }
            definitions.forEach(definition -> add(table.group(1), definition, found));
        });
        ADDED.matcher(schema)
                .results()
                .forEach(column -> add(column.group(1), column.group(2).replaceAll("\\s+", " "), found));
    }

    private static void add(String table, String definition, Map<String, Column> found) {
        COLUMN.matcher(definition).results().findFirst().ifPresent(column -> {
            String rest = column.group(3);
            Optional<String> preset = DEFAULT.matcher(rest)
                    .results()
                    .findFirst()
                    .map(value -> value.group(1).equals("(") ? "the time of the insert" : value.group(1));
            Optional<String> rule = RULE.matcher(rest).results().findFirst().map(words -> words.group(1));
            found.put(
                    table + "." + column.group(1).toLowerCase(Locale.ROOT), new Column(column.group(2), preset, rule));
        });
    }

    private static String read(String file) {
        try (InputStream text = SqlReference.class.getResourceAsStream(SCHEMAS + file)) {
            if (text == null) {
                throw new IllegalStateException("the schema " + file + " is missing from this build");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the schema " + file, failure);
        }
    }
}
