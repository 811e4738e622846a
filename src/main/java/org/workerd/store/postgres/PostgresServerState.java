package org.workerd.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.workerd.store.Columns;
import org.workerd.store.ServerState;
import org.workerd.store.ServerState.Holder;
import org.workerd.store.ServerState.Identity;
import org.workerd.store.ServerState.Load;
import org.workerd.store.ServerState.Standby;
import org.workerd.store.ServerState.Table;

/** Asks a server about itself, with no more rights than those of whoever asks. Not thread-safe. */
final class PostgresServerState {
    private final Statements statements;
    private final boolean pooled;

    PostgresServerState(Statements statements, boolean pooled) {
        this.statements = statements;
        this.pooled = pooled;
    }

    ServerState read() {
        return new ServerState(
                statements.first(IDENTITY, PostgresServerState::identity).orElseThrow(),
                pooled,
                statements.list(OFF, row -> row.getString(1)),
                statements.list(LACKING, row -> row.getString(1)),
                statements
                        .first(LOAD, row -> new Load(row.getInt(1), row.getInt(2), row.getDouble(3)))
                        .orElseThrow(),
                holders(),
                statements.list(TABLES, PostgresServerState::table),
                statements.list(STANDBYS, row -> new Standby(row.getString(1), row.getBoolean(2))));
    }

    private static final String IDENTITY =
            """
            select current_setting('server_version') as version,
              (extract(epoch from clock_timestamp()) * 1000)::bigint as clock,
              current_user as who, pg_has_role('pg_read_all_stats', 'usage') as sees_all
            """;

    private static Identity identity(ResultSet row) throws SQLException {
        return new Identity(
                row.getString("version"),
                Instant.ofEpochMilli(row.getLong("clock")),
                row.getString("who"),
                row.getBoolean("sees_all"));
    }

    private static final String OFF =
            """
            select name from pg_settings
            where name in ('fsync', 'full_page_writes', 'autovacuum', 'track_counts') and setting = 'off'
            order by name
            """;

    private static final String LACKING =
            """
            select string_agg(wanted, ', ' order by wanted) || ' on ' || relname
            from pg_class cross join unnest(array['select', 'insert', 'update', 'delete']) as wanted
            where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname <> 'schema_steps'
              and not has_table_privilege(pg_class.oid, wanted)
            group by relname
            union all
            select 'usage on sequence tokens' where not has_sequence_privilege('tokens', 'usage')
            union all
            select 'execute on function retry_job'
            where not has_function_privilege('retry_job(bigint, boolean)', 'execute')
            """;

    /** Some are kept for superusers. */
    private static final String LOAD =
            """
            select coalesce((select sum(numbackends) from pg_stat_database), 0),
              current_setting('max_connections')::integer - case
                when (select rolsuper from pg_roles where rolname = current_user) then 0
                else current_setting('superuser_reserved_connections')::integer end,
              pg_notification_queue_usage()
            """;

    private List<Holder> holders() {
        List<Holder> holders = new ArrayList<>();
        for (String kind : List.of(SESSIONS, PREPARED, SLOTS)) {
            holders.addAll(statements.list(kind, PostgresServerState::holder));
        }
        return holders;
    }

    /** What other databases' sessions see is no concern of our tables. */
    private static final String SESSIONS =
            """
            select concat_ws(', ', 'the session with pid ' || pid, 'user ' || usename,
                'from ' || host(client_addr), nullif(application_name, ''), state) as who,
              (extract(epoch from clock_timestamp() - xact_start) * 1000)::bigint as millis,
              age(coalesce(backend_xmin, backend_xid))::bigint as transactions,
              'select pg_terminate_backend(' || pid || ')' as release
            from pg_stat_activity
            where (backend_xmin is not null or backend_xid is not null) and pid <> pg_backend_pid()
              and (datname = current_database() or backend_type = 'walsender')
            order by 3 desc
            """;

    private static final String PREPARED =
            """
            select 'the prepared transaction ' || gid || ' of user ' || owner as who,
              (extract(epoch from clock_timestamp() - prepared) * 1000)::bigint as millis,
              age(transaction)::bigint as transactions, format('rollback prepared %L', gid) as release
            from pg_prepared_xacts where database = current_database()
            """;

    private static final String SLOTS =
            """
            select 'the replication slot ' || slot_name || case when active then '' else ', which nobody uses' end as who,
              null::bigint as millis, age(xmin)::bigint as transactions,
              format('select pg_drop_replication_slot(%L)', slot_name) as release
            from pg_replication_slots where xmin is not null
            """;

    private static Holder holder(ResultSet row) throws SQLException {
        Long millis = Columns.number(row, "millis");
        return new Holder(
                row.getString("who"),
                millis == null ? null : Duration.ofMillis(millis),
                row.getLong("transactions"),
                row.getString("release"));
    }

    private static final String TABLES =
            """
            select relname, n_live_tup, n_dead_tup, pg_total_relation_size(relid) as bytes,
              (extract(epoch from greatest(last_vacuum, last_autovacuum)) * 1000)::bigint as vacuumed
            from pg_stat_user_tables where schemaname = current_schema() order by relname
            """;

    private static Table table(ResultSet row) throws SQLException {
        return new Table(
                row.getString("relname"),
                row.getLong("n_live_tup"),
                row.getLong("n_dead_tup"),
                row.getLong("bytes"),
                Columns.instant(row, "vacuumed"));
    }

    /** Who may not know sees no state. */
    private static final String STANDBYS =
            """
            select coalesce(nullif(application_name, ''), host(client_addr), 'without a name'),
              sync_state in ('sync', 'quorum')
            from pg_stat_replication where sync_state is not null and state <> 'backup' order by 1
            """;
}
