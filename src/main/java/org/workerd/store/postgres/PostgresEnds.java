package org.workerd.store.postgres;

import java.util.Collection;

/** What follows for others when jobs have ended: their keys are free, and those that wait for them are looked at. */
final class PostgresEnds {
    private final Statements statements;

    PostgresEnds(Statements statements) {
        this.statements = statements;
    }

    private static final String FREE_KEYS =
            """
            delete from keys using jobs
            where jobs.id = any(?::bigint[]) and keys.key = jobs.key and keys.id = jobs.id
            """;

    void freeKeys(Collection<Long> ids) {
        if (!ids.isEmpty()) {
            statements.update(FREE_KEYS, (Object) ids.toArray(Long[]::new));
        }
    }

    /** A child whose insert is not committed yet is not seen here: it is looked at as it appears, see {@code blocked}. */
    private static final String TELL_DEPENDENTS =
            "insert into ended_parents (parent) select distinct parent from edges where parent = any(?::bigint[])";

    /** What they become of it they become in the next promotion, thousands of them in bounded steps. */
    void tellDependents(Collection<Long> ids) {
        if (!ids.isEmpty()) {
            statements.update(TELL_DEPENDENTS, (Object) ids.toArray(Long[]::new));
        }
    }
}
