package org.workerd.store.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.store.Stranger;

/**
 * What in a queue's schema workerd did not make: triggers, rules and row policies on its tables, which would run in its
 * transactions or hide rows from it. Tables, views and functions of somebody else's own may stay. Stateless.
 */
final class PostgresOwnSchema {
    /** In our own SQL each begins a line, which names the table, too. */
    private static final Pattern MADE = Pattern.compile(
            "^create (?:unlogged )?(table|view|function|trigger|policy) (\\w+)(?:.*? on (\\w+))?", Pattern.MULTILINE);

    private static final Pattern POLICED =
            Pattern.compile("^alter table (\\w+) enable row level security", Pattern.MULTILINE);

    /** As the context of an error names the function that it was raised in. */
    private static final Pattern RAISED_IN =
            Pattern.compile("^(?:PL/\\w+|SQL) function \"?((?:\\w+\\.)?(\\w+))", Pattern.MULTILINE);

    private PostgresOwnSchema() {}

    /** A kind and a name, and of a trigger or policy the table after that. */
    private static final Set<String> OURS = Stream.concat(
                    PostgresSchema.steps().stream(), Stream.of(PostgresSchema.begin("x"), PostgresSchema.roles("x")))
            .flatMap(sql -> Stream.concat(
                    MADE.matcher(sql).results().map(made -> switch (made.group(1)) {
                        case "trigger", "policy" -> made.group(1) + " " + made.group(2) + " " + made.group(3);
                        case "function" -> "function " + made.group(2);
                        default -> "table " + made.group(2);
                    }),
                    POLICED.matcher(sql).results().map(table -> "policed " + table.group(1))))
            .collect(Collectors.toCollection(TreeSet::new));

    /** On tables and views of the schema: what each is, its name and table, whether it is at work, how to be rid of it. */
    private static final String FOUND =
            """
            select 'trigger', tgname, relname, tgenabled = 'D',
              case when p.pronamespace = c.relnamespace then proname else null end,
              format('drop trigger %I on %I.%I', tgname, nspname, relname),
              format('alter table %I.%I enable trigger %I', nspname, relname, tgname)
            from pg_trigger join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = c.relnamespace
              join pg_proc p on p.oid = tgfoid
            where nspname = current_schema() and not tgisinternal
            union all
            select 'rule', rulename, relname, false, null,
              format('drop rule %I on %I.%I', rulename, nspname, relname), null
            from pg_rewrite join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = c.relnamespace
            where nspname = current_schema() and rulename <> '_RETURN'
            union all
            select 'policy', polname, relname, false, null,
              format('drop policy %I on %I.%I', polname, nspname, relname), null
            from pg_policy join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = c.relnamespace
            where nspname = current_schema()
            union all
            select 'row level security', '', relname, false, null,
              format('alter table %I.%I disable row level security', nspname, relname), null
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where nspname = current_schema() and relrowsecurity
            order by 3, 1, 2
            """;

    private record Entry(String type, String name, String table, boolean off, String function, String drop, String on) {
        String key() {
            return switch (type) {
                case "trigger", "policy" -> type + " " + name + " " + table;
                case "row level security" -> "policed " + table;
                default -> type;
            };
        }

        /** On what is ours, and none of ours; a trigger of ours calls the function of its name. */
        boolean isForeign() {
            boolean same = OURS.contains(key()) && (!type.equals("trigger") || name.equals(function));
            return OURS.contains("table " + table) && !same;
        }

        String words() {
            return "the " + (name.isEmpty() ? type : type + " " + Names.printable(name)) + " on " + table;
        }
    }

    /** What does not belong there, and what of ours is missing or does not work. */
    static List<Stranger> strangers(Statements statements) {
        List<Entry> found = statements.list(
                FOUND,
                row -> new Entry(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        String.valueOf(row.getString(5)),
                        row.getString(6),
                        String.valueOf(row.getString(7))));
        List<Stranger> strangers = new ArrayList<>();
        for (Entry entry : found) {
            if (entry.isForeign()) {
                // Triggers that write down what happens are common, and do no harm.
                boolean serious = !entry.type().equals("trigger") || OURS.contains(entry.key());
                strangers.add(new Stranger(entry.words() + " differs from workerd's schema", serious, entry.drop()));
            } else if (entry.off()) {
                strangers.add(new Stranger(entry.words() + " is disabled", true, entry.on()));
            }
        }
        Set<String> there = found.stream().map(Entry::key).collect(Collectors.toSet());
        OURS.stream()
                .filter(own -> own.startsWith("trigger ") && !there.contains(own))
                .map(own -> own.split(" "))
                .forEach(own -> strangers.add(
                        new Stranger("the trigger " + own[1] + " on " + own[2] + " is missing", true, null)));
        return strangers;
    }

    /** The function of somebody else in which this was raised; empty: it was none, or ours. */
    static Optional<String> foreignFunction(@Nullable String context) {
        Matcher functions = RAISED_IN.matcher(context == null ? "" : context);
        while (functions.find()) {
            if (!OURS.contains("function " + functions.group(2))) {
                return Optional.of(functions.group(1));
            }
        }
        return Optional.empty();
    }
}
