package org.workerd.store.postgres;

import java.util.Locale;

/** The schema as one text for psql, for whoever has the rights that the daemons have not. Stateless. */
final class PostgresScript {
    private PostgresScript() {}

    static String all(String schema) {
        // Where it is to be is known before the first table is made.
        String[] begin = PostgresSchema.begin(schema).split("\n", 2);
        return String.format(
                Locale.ROOT,
                """
                -- The queue of workerd in the schema %1$s, and the roles of those who use it. Run it once, as the future owner:
                --   workerd schema | psql DATABASE
                begin;
                set local client_min_messages to warning;
                %2$sset local search_path to %1$s, pg_temp;

                %3$s
                insert into schema_steps (number, at, program) select number, now(), '%4$s' from generate_series(1, %5$d) as number;

                %6$scommit;
                """,
                schema,
                begin[0] + "\n",
                begin[1] + "\n" + String.join("\n", PostgresSchema.steps()),
                PostgresSchema.program().replace("'", "''"),
                PostgresSchema.VERSION,
                PostgresSchema.roles(schema));
    }

    /** For a queue that is there. */
    static String roles(String schema) {
        return String.format(
                Locale.ROOT,
                """
                -- The roles of those who use the queue of workerd in the schema %1$s, which a daemon made. Run it as its owner:
                --   workerd schema --roles | psql DATABASE
                begin;
                set local client_min_messages to warning;
                set local search_path to %1$s, pg_temp;

                %2$scommit;
                """,
                schema,
                PostgresSchema.roles(schema));
    }
}
