package org.workerd.store.postgres;

import java.util.Set;

/**
 * The lock of each daemon: an advisory one of the server's, by the number of the queue's schema and the daemon's id. The
 * daemon shares it with its next version; who takes over when it is dead has it alone. Stateless.
 */
final class PostgresLocks {
    private PostgresLocks() {}

    private static final String SHOW_LIFE =
            "select pg_try_advisory_lock_shared(current_schema()::regnamespace::oid::integer, ?::integer)";

    /**
     * Takes the daemon's own, for the session; in several sessions at once while one version of it takes over from
     * another. False: somebody takes over from the daemon.
     */
    static boolean showLife(Statements statements, long daemon) {
        return statements.first(SHOW_LIFE, row -> row.getBoolean(1), daemon).orElse(false);
    }

    private static final String TAKE_OVER =
            "select pg_try_advisory_lock(current_schema()::regnamespace::oid::integer, ?::integer)";

    /** Takes that of a dead daemon, for the session. False: it lives, or somebody else takes over from it. */
    static boolean takeOver(Statements statements, long daemon) {
        return statements.first(TAKE_OVER, row -> row.getBoolean(1), daemon).orElse(false);
    }

    private static final String FREE =
            "select pg_advisory_unlock(current_schema()::regnamespace::oid::integer, ?::integer)";

    /** After {@link #takeOver}. */
    static void free(Statements statements, long daemon) {
        statements.first(FREE, row -> row.getBoolean(1), daemon);
    }

    private static final String LIVING =
            """
            select objid::bigint from pg_locks
            where locktype = 'advisory' and granted and objsubid = 2
              and database = (select oid from pg_database where datname = current_database())
              and classid = current_schema()::regnamespace::oid
            """;

    /** The daemons whose locks somebody has. */
    static Set<Long> living(Statements statements) {
        return Set.copyOf(statements.list(LIVING, row -> row.getLong(1)));
    }

    private static final String NOTE_BEGIN =
            "insert into incarnation select where not exists (select from incarnation) on conflict do nothing";

    /** Whoever has a lock again after that notes that the server has begun anew: else it seems so only once one is free. */
    static void noteBegin(Statements statements) {
        statements.update(NOTE_BEGIN);
    }

    /** A crash of one of its processes does not change when the server was started, nor does a failover. */
    private static final String JUST_BEGUN =
            """
            with noted as (
              insert into incarnation select where not exists (select from incarnation) on conflict do nothing
              returning begun_at)
            select greatest(
                pg_postmaster_start_time(),
                coalesce((select begun_at from noted union all select begun_at from incarnation), clock_timestamp()))
              > clock_timestamp() - interval '15 seconds'
            """;

    /** A server that has just started, recovered or become the primary has nobody's lock: those who live come to take theirs. */
    static boolean areAllFree(Statements statements) {
        return statements.first(JUST_BEGUN, row -> row.getBoolean(1)).orElse(true);
    }
}
