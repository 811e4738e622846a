package org.workerd.store.postgres;

import java.util.Map;
import java.util.TreeMap;
import org.workerd.job.Policies;

/** How many attempts jobs have that say nothing of it, as the daemons' configuration has it. */
final class PostgresPolicies {
    private static final String OTHERS = "*";

    private final Statements statements;

    PostgresPolicies(Statements statements) {
        this.statements = statements;
    }

    private static final String KNOWN = "select name, max_attempts from policies";

    private static final String FORGET = "delete from policies where name <> all(?::text[])";

    /** In one order, so that two daemons that start at once wait for each other, and not both. */
    private static final String KNOW =
            """
            insert into policies (name, max_attempts)
            select name, max_attempts from unnest(?::text[], ?::integer[]) as wanted (name, max_attempts)
            order by name
            on conflict (name) do update set max_attempts = excluded.max_attempts
            """;

    /** False: it knows them already. */
    boolean allow(Policies policies) {
        Map<String, Integer> wanted = new TreeMap<>();
        policies.byName().forEach((name, policy) -> wanted.put(name, policy.maxAttempts()));
        wanted.put(OTHERS, policies.defaults().maxAttempts());
        if (known().equals(wanted)) {
            return false;
        }
        String[] names = wanted.keySet().toArray(String[]::new);
        statements.update(KNOW, names, wanted.values().toArray(Integer[]::new));
        statements.update(FORGET, (Object) names);
        return true;
    }

    /** By name. */
    Map<String, Integer> known() {
        Map<String, Integer> known = new TreeMap<>();
        statements.list(KNOWN, row -> known.put(row.getString(1), row.getInt(2)));
        return known;
    }
}
