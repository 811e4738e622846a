package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.store.JobQueries;
import org.workerd.store.ServerState;
import org.workerd.store.SqlHealth;
import org.workerd.store.StoreException;
import org.workerd.store.Stranger;

/** The health of a queue on a server, by SQL and without a change to anything. */
final class PostgresHealth extends SqlHealth {
    private final PostgresDatabase database;
    private final Connection connection;
    private final Statements statements;

    PostgresHealth(PostgresDatabase database, Connection connection) {
        this(database, connection, new Statements(connection, failure -> database.translate("cannot read", failure)));
    }

    private PostgresHealth(PostgresDatabase database, Connection connection, Statements statements) {
        super(statements);
        this.database = database;
        this.connection = connection;
        this.statements = statements;
    }

    /** Each question is answered of one moment. */
    @Override
    public boolean isOvertaken() {
        return false;
    }

    @Override
    public JobQueries queries() {
        return new PostgresQueries(database, connection, () -> 0);
    }

    @Override
    public int version() {
        return database.version(statements);
    }

    @Override
    public List<Stranger> strangers() {
        return PostgresOwnSchema.strangers(statements);
    }

    @Override
    public String command(Stranger stranger) {
        return stranger.drop() == null
                ? "workerd stop on all machines, and restore a backup of the server"
                : "as the owner of the schema: " + stranger.drop();
    }

    private static final String FAILED_CHECKSUMS =
            """
            select coalesce(checksum_failures, 0) from pg_stat_database where datname = current_database()
            """;
    private static final String HAS_AMCHECK = "select exists (select from pg_proc where proname = 'bt_index_check')";
    private static final String BROKEN_INDEX =
            """
            select count(bt_index_check(c.oid)) from pg_index i
              join pg_class c on c.oid = i.indexrelid
              join pg_am on pg_am.oid = c.relam and amname = 'btree'
            where c.relnamespace = current_schema()::regnamespace
            """;

    /** The indexes only where the server's extension amcheck is there and ours to use. */
    @Override
    public Optional<String> damage(boolean thorough) {
        long failed = statements.number(FAILED_CHECKSUMS);
        if (failed > 0) {
            return Optional.of("the server counted pages with a wrong checksum in this database: " + failed);
        }
        if (thorough && statements.holds(HAS_AMCHECK)) {
            try {
                statements.number(BROKEN_INDEX);
            } catch (StoreException broken) {
                return Optional.of(String.valueOf(broken.getMessage()));
            }
        }
        return Optional.empty();
    }

    private static final String CHECKSUMS = "select current_setting('data_checksums') = 'on'";

    @Override
    public String intact(boolean thorough) {
        if (!statements.holds(CHECKSUMS)) {
            return "not known: the server keeps no checksums of its pages (pg_checksums --enable, while it is stopped)";
        }
        return thorough && statements.holds(HAS_AMCHECK)
                ? "the server found no damaged page, and all indexes are intact"
                : "the server found no damaged page";
    }

    @Override
    public String cure() {
        return "workerd stop on all machines, see the server's log, and restore a backup of the server";
    }

    @Override
    public Optional<ServerState> server() {
        try {
            return Optional.of(new PostgresServerState(statements, PostgresConnections.isPooled(connection)).read());
        } catch (SQLException failure) {
            throw database.translate("cannot read", failure);
        }
    }

    private static final String MISCOUNTED =
            """
            select count(*) from (
              select queue, sum(done) as done, sum(dead) as dead, sum(cancelled) as cancelled
              from tallies group by queue) t
            full join (
              select queue, count(*) filter (where state = 'done') as done,
                count(*) filter (where state = 'dead') as dead, count(*) filter (where state = 'cancelled') as cancelled
              from finished join jobs using (id) group by queue) f on f.queue = t.queue
            where coalesce(t.done, 0) <> coalesce(f.done, 0) or coalesce(t.dead, 0) <> coalesce(f.dead, 0)
              or coalesce(t.cancelled, 0) <> coalesce(f.cancelled, 0)
            """;

    @Override
    protected List<Question> counts() {
        return List.of(new Question(MISCOUNTED, "queues whose counts are wrong"));
    }

    /** The server's clock said when. */
    @Override
    public Optional<Instant> newest() {
        return Optional.empty();
    }

    @Override
    public void close() {
        statements.close();
        database.close(connection);
    }
}
