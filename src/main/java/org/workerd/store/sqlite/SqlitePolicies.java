package org.workerd.store.sqlite;

import java.util.Map;
import java.util.TreeMap;
import org.workerd.job.Policies;

/** How many attempts jobs have that say nothing of it, as the daemon's configuration has it. */
final class SqlitePolicies {
    private static final String OTHERS = "*";

    private final Statements statements;

    SqlitePolicies(Statements statements) {
        this.statements = statements;
    }

    private static final String KNOWN = "select name, max_attempts from policies";

    private static final String FORGET = "delete from policies";

    private static final String KNOW = "insert into policies (name, max_attempts) values (?, ?)";

    /** False: it knows them already. */
    boolean allow(Policies policies) {
        Map<String, Integer> wanted = new TreeMap<>();
        policies.byName().forEach((name, policy) -> wanted.put(name, policy.maxAttempts()));
        wanted.put(OTHERS, policies.defaults().maxAttempts());
        if (known().equals(wanted)) {
            return false;
        }
        statements.update(FORGET);
        for (Map.Entry<String, Integer> one : wanted.entrySet()) {
            statements.update(KNOW, one.getKey(), one.getValue());
        }
        return true;
    }

    /** By name. */
    Map<String, Integer> known() {
        Map<String, Integer> known = new TreeMap<>();
        statements.list(KNOWN, row -> known.put(row.getString(1), row.getInt(2)));
        return known;
    }
}
