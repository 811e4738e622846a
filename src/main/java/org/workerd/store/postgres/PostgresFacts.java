package org.workerd.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/**
 * What a server and a database must be for a queue to be there.
 *
 * @param version as {@code server_version_num} has it: 150004 for 15.4
 * @param isStandby it only follows another server
 * @param hasSchema there is a schema of that name
 * @param mayUseSchema we may do something there
 * @param hasQueue workerd made that schema, or finished making it
 */
record PostgresFacts(
        int version, String encoding, boolean isStandby, boolean hasSchema, boolean mayUseSchema, boolean hasQueue) {
    private static final int OLDEST = 15;

    static final String ASK =
            """
            select current_setting('server_version_num')::integer as version,
              current_setting('server_encoding') as encoding,
              pg_is_in_recovery() as standby,
              found.oid is not null as has_schema,
              coalesce(has_schema_privilege(found.oid, 'usage'), false) as may_use,
              exists (select from pg_class where relnamespace = found.oid and relname = 'schema_steps') as has_queue
            from (select ?::text as name) as asked left join pg_namespace found on found.nspname = asked.name
            """;

    static PostgresFacts read(ResultSet row) throws SQLException {
        return new PostgresFacts(
                row.getInt("version"),
                row.getString("encoding"),
                row.getBoolean("standby"),
                row.getBoolean("has_schema"),
                row.getBoolean("may_use"),
                row.getBoolean("has_queue"));
    }

    /** Throws REFUSED, when no queue can be there whoever makes one. */
    void checkServer(QueueUrl.Postgres url) {
        if (version / 10_000 < OLDEST) {
            throw new StoreException(
                    Kind.REFUSED,
                    "the server of " + url.text() + " is PostgreSQL " + version / 10_000 + ": workerd needs " + OLDEST
                            + " or newer; upgrade the server, or name another one in queue.url");
        }
        if (!encoding.equals("UTF8")) {
            throw new StoreException(
                    Kind.REFUSED,
                    "the database of " + url.text() + " has the encoding " + encoding
                            + ", and jobs are UTF-8: create another one,"
                            + " createdb --encoding=UTF8 --template=template0 NAME");
        }
        if (isStandby) {
            throw new StoreException(
                    Kind.REFUSED,
                    "the server of " + url.text()
                            + " is a standby, which only reads: name the primary in queue.url, or both with"
                            + " a comma between them");
        }
    }

    /** Throws MISSING or NOT_PERMITTED, when there is no queue for us. */
    void checkQueue(QueueUrl.Postgres url) {
        if (!hasSchema || (mayUseSchema && !hasQueue)) {
            throw new StoreException(
                    Kind.MISSING,
                    "there is no queue in the schema " + url.schema() + " of " + url.text()
                            + ": start a daemon as a user who may create it, or have the SQL of workerd schema run");
        }
        if (!mayUseSchema) {
            throw new StoreException(
                    Kind.NOT_PERMITTED,
                    "the user " + url.user() + " may not use the schema " + url.schema() + " of " + url.text()
                            + ": let its owner grant usage on schema " + url.schema() + " to " + url.user()
                            + ", or one of the roles of workerd schema");
        }
    }
}
