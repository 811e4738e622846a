package org.workerd.store.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Grain;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.JsonList;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.WaitQueries;

/** The questions in SQL, against the views. */
final class SqliteQueries implements JobQueries {
    private final SqliteDatabase database;
    private final Connection connection;
    private final Statements statements;
    private final SqliteJobs jobs;
    private final boolean ownsConnection;

    SqliteQueries(SqliteDatabase database, Connection connection, boolean ownsConnection) {
        this.database = database;
        this.connection = connection;
        this.statements = new Statements(connection, this::failed);
        this.jobs = new SqliteJobs(statements);
        this.ownsConnection = ownsConnection;
    }

    @Override
    public Optional<JobView> find(long id) {
        return jobs.find(id);
    }

    private static final String BEGIN = "savepoint reading";
    private static final String END = "release reading";

    @Override
    public <T> T atOneMoment(Supplier<T> questions) {
        statements.update(BEGIN);
        try {
            return questions.get();
        } finally {
            statements.update(END);
        }
    }

    @Override
    public List<JobView.Attempt> attempts(long id) {
        return jobs.attempts(id);
    }

    @Override
    public Found list(Filter filter, int limit, long before) {
        return atOneMoment(() -> {
            SqliteSearch.Found found = new SqliteSearch(statements, filter).newest(limit, before);
            return new Found(jobs.newestFirst(found.ids()), found.more(), found.lookedBackTo());
        });
    }

    @Override
    public List<Long> ids(Filter filter) {
        return atOneMoment(() -> new SqliteSearch(statements, filter).all());
    }

    @Override
    public Ids ids(Filter filter, int most, long before) {
        return atOneMoment(() -> {
            SqliteSearch.Found found = new SqliteSearch(statements, filter).newest(most, before);
            List<Long> ids = found.ids();
            return new Ids(ids, found.more() ? ids.get(ids.size() - 1) : found.lookedBackTo());
        });
    }

    private static final String COUNTS =
            """
            select queue, sum(blocked) as blocked, sum(scheduled) as scheduled, sum(ready) as ready,
              sum(running) as running, sum(retrying) as retrying, sum(done) as done, sum(dead) as dead,
              sum(cancelled) as cancelled
            from lanes
            where octet_length(queue) <= 128
            group by queue
            having sum(blocked + scheduled + ready + running + retrying + done + dead + cancelled) > 0
            """;

    @Override
    public Map<String, Map<JobState, Long>> counts() {
        Map<String, Map<JobState, Long>> counts = new TreeMap<>();
        statements.list(COUNTS, row -> counts.put(row.getString(1), byState(row)));
        return counts;
    }

    private static Map<JobState, Long> byState(ResultSet row) throws SQLException {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            counts.put(state, row.getLong(state.word()));
        }
        return counts;
    }

    private static final String PAUSES = "select queue, paused_at from pauses";

    @Override
    public Map<String, Instant> pauses() {
        Map<String, Instant> pauses = new TreeMap<>();
        statements.list(PAUSES, row -> pauses.put(row.getString(1), Instant.ofEpochMilli(row.getLong(2))));
        return pauses;
    }

    /** From the first job of a lane to the first of its next lower priority, a seek each. */
    private static final String OLDEST_READY =
            """
            with recursive heads (lane, priority) as (
              select id, (select max(priority) from ready where lane = lanes.id) from lanes where ready > 0
              union all
              select lane,
                (select max(priority) from ready where ready.lane = heads.lane and ready.priority < heads.priority)
              from heads where priority is not null
            )
            select j.queue, min(max(j.created_at, coalesce(j.run_at, 0),
              coalesce((select max(finished_at) from attempts where attempts.id = j.id), 0))), j.id
            from heads join jobs j on j.id = (
              select min(id) from ready where ready.lane = heads.lane and ready.priority = heads.priority)
            group by j.queue
            """;

    @Override
    public Map<String, OldestReady> oldestReady() {
        Map<String, OldestReady> oldest = new TreeMap<>();
        // Beside a min() SQLite takes the other columns from the row that has it.
        statements.list(
                OLDEST_READY,
                row -> oldest.put(
                        row.getString(1), new OldestReady(row.getLong(3), Instant.ofEpochMilli(row.getLong(2)))));
        return oldest;
    }

    @Override
    public List<Moves.Hindrance> hindrances(long id) {
        return new SqliteRevivals(statements).hindrances(id);
    }

    @Override
    public Optional<Long> holderOfKey(long id) {
        return new SqliteRevivals(statements).holderOfKey(id);
    }

    @Override
    public Deaths deathsSince(Instant time) {
        return atOneMoment(() -> new SqliteDeaths(statements).since(time.toEpochMilli()));
    }

    private static final String DAEMONS =
            """
            select id, pid, substr(host, 1, 255) as host, slots,
              min(slots, (select count(*) from running where claimed_by = daemons.id
                and lane not in (select lanes.id from lanes where queue = 'alarms'))) as busy, started_at
            from daemons order by id
            """;

    @Override
    public List<DaemonView> daemons() {
        return statements.list(
                DAEMONS,
                row -> new DaemonView(
                        row.getLong("id"),
                        row.getLong("pid"),
                        row.getString("host"),
                        row.getInt("slots"),
                        row.getInt("busy"),
                        Instant.ofEpochMilli(row.getLong("started_at"))));
    }

    private static final String NAMES_WITH_READY = "select distinct name from lanes where ready > 0";

    @Override
    public Set<String> namesWithReady() {
        return new HashSet<>(statements.list(NAMES_WITH_READY, row -> row.getString(1)));
    }

    private static final String READY_OF =
            """
            select queue, sum(ready) from lanes
            where ready > 0 and name in (select value from json_each(?))
            group by queue
            """;

    @Override
    public Map<String, Long> readyOf(Set<String> names) {
        Map<String, Long> counts = new TreeMap<>();
        statements.list(
                READY_OF, row -> counts.put(row.getString(1), row.getLong(2)), JsonList.ofStrings(List.copyOf(names)));
        return counts;
    }

    private static final String LAST_ID = "select coalesce(max(seq), 0) from sqlite_sequence where name = 'jobs'";

    @Override
    public long lastId() {
        return statements.number(LAST_ID);
    }

    private static final String CRON =
            """
            select id, timing, job, job_slot, (select state from job_status where job_status.id = cron.job) as state,
              not exists (select 1 from cron_disabled where cron_disabled.id = cron.id) as enabled
            from cron
            union all
            select id, '', null, null, null, 0 from cron_disabled where id not in (select id from cron)
            """;

    @Override
    public Map<String, CronView> cron() {
        Map<String, CronView> views = new TreeMap<>();
        statements.list(CRON, row -> views.put(row.getString("id"), cron(row)));
        return views;
    }

    private static CronView cron(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return new CronView(
                row.getString("id"),
                row.getString("timing"),
                Columns.number(row, "job"),
                Columns.instant(row, "job_slot"),
                state == null ? null : Columns.stateOf(state),
                row.getBoolean("enabled"));
    }

    @Override
    public List<Moment> history(Grain grain, Instant since, Duration step, @Nullable String queue) {
        return new SqliteHistory(statements).since(grain, since, step, queue);
    }

    @Override
    public WaitQueries waits() {
        return new SqliteWaits(statements);
    }

    @Override
    public boolean isAlive(DaemonView daemon) {
        return DaemonLocks.isHeld(database.file(), daemon.id(), daemon.pid());
    }

    private static final String DATA_VERSION = "pragma data_version";

    @Override
    public long dataVersion() {
        return statements.number(DATA_VERSION);
    }

    @Override
    public void close() {
        statements.close();
        if (ownsConnection) {
            database.close(connection);
        }
    }

    /** What was prepared before the failure may be of no use after it. */
    private StoreException failed(SQLException failure) {
        statements.close();
        return database.translate("cannot read", failure);
    }
}
