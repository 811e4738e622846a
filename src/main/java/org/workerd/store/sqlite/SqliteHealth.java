package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.store.JobQueries;
import org.workerd.store.ServerState;
import org.workerd.store.SqlHealth;
import org.workerd.store.Stranger;

/** The health of a queue in a file, by SQL and without a change to anything. */
final class SqliteHealth extends SqlHealth {
    private final SqliteDatabase database;
    private final Connection connection;
    private final Statements statements;
    /** Read without SQLite's locks: a writer that came meanwhile makes it see what never was. */
    private final boolean unguarded;

    SqliteHealth(SqliteDatabase database, Connection connection) {
        this(database, connection, new Statements(connection, failure -> database.translate("cannot read", failure)));
    }

    private SqliteHealth(SqliteDatabase database, Connection connection, Statements statements) {
        super(statements);
        this.database = database;
        this.connection = connection;
        this.statements = statements;
        this.unguarded = !database.hasLog();
    }

    @Override
    public boolean isOvertaken() {
        return unguarded && database.hasLog();
    }

    @Override
    public JobQueries queries() {
        return new SqliteQueries(database, connection, false);
    }

    @Override
    public int version() {
        return (int) statements.number("pragma user_version");
    }

    @Override
    public List<Stranger> strangers() {
        try {
            return SqliteOwnSchema.strangers(connection, version());
        } catch (SQLException failure) {
            throw database.translate("cannot read", failure);
        }
    }

    @Override
    public String command(Stranger stranger) {
        return stranger.command(database.file());
    }

    private static final String QUICK = "pragma quick_check(1)";
    private static final String THOROUGH = "pragma integrity_check(1)";

    @Override
    public Optional<String> damage(boolean thorough) {
        String finding = statements
                .first(thorough ? THOROUGH : QUICK, row -> row.getString(1))
                .orElse("no answer");
        return finding.equals("ok")
                ? Optional.empty()
                : Optional.of(finding.replaceFirst("^\\*+[^*]*\\*+", "").strip().replaceAll("\\s+", " "));
    }

    @Override
    public String intact(boolean thorough) {
        return thorough ? "all pages and indexes are intact" : "all pages are intact";
    }

    @Override
    public String cure() {
        return "workerd stop, then restore a backup (workerd help backup), or try sqlite3 FILE .recover";
    }

    @Override
    public Optional<ServerState> server() {
        return Optional.empty();
    }

    private static final String MISCOUNTED =
            """
            with
              placed (lane, state) as (
                select lane, 'blocked' from blocked
                union all select lane, iif(retrying, 'retrying', 'scheduled') from scheduled
                union all select lane, 'ready' from ready
                union all select lane, 'running' from running
                union all select lane, state from finished),
              counted as (
                select lane, sum(state = 'blocked') as blocked, sum(state = 'scheduled') as scheduled,
                  sum(state = 'ready') as ready, sum(state = 'running') as running, sum(state = 'retrying') as retrying,
                  sum(state = 'done') as done, sum(state = 'dead') as dead, sum(state = 'cancelled') as cancelled
                from placed group by lane)
            select count(*) from lanes left join counted on counted.lane = lanes.id
            where (lanes.blocked, lanes.scheduled, lanes.ready, lanes.running, lanes.retrying, lanes.done, lanes.dead,
                lanes.cancelled)
              <> (coalesce(counted.blocked, 0), coalesce(counted.scheduled, 0), coalesce(counted.ready, 0),
                coalesce(counted.running, 0), coalesce(counted.retrying, 0), coalesce(counted.done, 0),
                coalesce(counted.dead, 0), coalesce(counted.cancelled, 0))
            """;
    private static final String MISCOUNTED_THOUSANDS =
            """
            with counted as (
              select lane, id / 1000 as thousand, count(*) as done, max(finished_at) as latest
              from finished where state = 'done' group by 1, 2)
            select count(*) from (
              select 1 from counted left join thousands using (lane, thousand)
                where thousands.done is not counted.done or thousands.latest < counted.latest
              union all
              select 1 from thousands where (lane, thousand) not in (select lane, thousand from counted))
            """;

    @Override
    protected List<Question> counts() {
        return List.of(
                new Question(MISCOUNTED, "lanes whose counts are wrong"),
                new Question(MISCOUNTED_THOUSANDS, "thousands of ids whose counts are wrong"));
    }

    private static final String NEWEST = "select created_at from jobs order by id desc limit 1";

    @Override
    public Optional<Instant> newest() {
        return statements.first(NEWEST, row -> Instant.ofEpochMilli(row.getLong(1)));
    }

    @Override
    public void close() {
        statements.close();
        database.close(connection);
    }
}
