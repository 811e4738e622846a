package org.workerd.store.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Grain;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.JobQueries;
import org.workerd.store.JobRows;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.WaitQueries;

/** The questions in SQL, against the views. For one thread. */
final class PostgresQueries implements JobQueries {
    private final PostgresDatabase database;
    private final Connection connection;
    private final Statements statements;
    private final LongSupplier ownTransactions;

    /**
     * Nothing is asked yet.
     *
     * @param connection closed with this
     * @param ownTransactions how many have changed something that belong to whoever asks
     */
    PostgresQueries(PostgresDatabase database, Connection connection, LongSupplier ownTransactions) {
        this.database = database;
        this.connection = connection;
        this.statements = new Statements(connection, this::failed);
        this.ownTransactions = ownTransactions;
    }

    static final String IDENTITY = "select id::text from queue_identity";

    @Override
    public Optional<String> identity() {
        return statements.first(IDENTITY, row -> row.getString(1));
    }

    static final String FIND = "select " + JobRows.COLUMNS + "from job_status where id = ?";

    @Override
    public Optional<JobView> find(long id) {
        return statements.first(FIND, JobRows::job, id);
    }

    @Override
    public Optional<ByteBuffer> output(long id, int attempt) {
        return new PostgresOutputs(statements).find(id, attempt);
    }

    /** Its first question fixes the moment. Inside another one it is of that one's. */
    @Override
    public <T> T atOneMoment(Supplier<T> questions) {
        try {
            if (!connection.getAutoCommit()) {
                return questions.get();
            }
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            try {
                return questions.get();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    static final String ATTEMPTS =
            """
            select number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid, host
            from job_attempts where id = ? order by number
            """;

    @Override
    public List<JobView.Attempt> attempts(long id) {
        return statements.list(ATTEMPTS, JobRows::attempt, id);
    }

    private static final String OF_IDS =
            "select " + JobRows.COLUMNS + "from job_status where id = any(?::bigint[]) order by id desc";

    @Override
    public Found list(Filter filter, int limit, long before) {
        return atOneMoment(() -> {
            PostgresSearch.Found found = new PostgresSearch(statements, filter).newest(limit, before);
            List<JobView> jobs =
                    statements.list(OF_IDS, JobRows::job, (Object) found.ids().toArray(Long[]::new));
            return new Found(jobs, found.more(), found.lookedBackTo());
        });
    }

    @Override
    public List<Long> ids(Filter filter) {
        return atOneMoment(() -> new PostgresSearch(statements, filter).all());
    }

    @Override
    public Ids ids(Filter filter, int most, long before) {
        return atOneMoment(() -> {
            PostgresSearch.Found found = new PostgresSearch(statements, filter).newest(most, before);
            List<Long> ids = found.ids();
            return new Ids(ids, found.more() ? ids.get(ids.size() - 1) : found.lookedBackTo());
        });
    }

    /** What waits is counted, by indexes alone; what has ended was counted as it did. A lane has the queue of any of its jobs. */
    private static final String COUNTS =
            """
            with waiting (lane, state, count, id) as (
              select lane, 'blocked', count(*), min(id) from blocked group by lane
              union all
              select lane, case when retrying then 'retrying' else 'scheduled' end, count(*), min(id)
                from scheduled group by lane, retrying
              union all
              select lane, 'ready', count(*), min(id) from ready group by lane
              union all
              select lane, 'running', count(*), min(id) from running group by lane
            )
            select queue, state, sum(count)::bigint from waiting join jobs on jobs.id = waiting.id group by queue, state
            union all
            select queue, 'done', sum(done)::bigint from tallies group by queue
            union all
            select queue, 'dead', sum(dead)::bigint from tallies group by queue
            union all
            select queue, 'cancelled', sum(cancelled)::bigint from tallies group by queue
            """;

    @Override
    public Map<String, Map<JobState, Long>> counts() {
        Map<String, Map<JobState, Long>> counts = new TreeMap<>();
        statements.list(COUNTS, row -> counts.computeIfAbsent(row.getString(1), any -> none())
                .put(Columns.stateOf(row.getString(2)), row.getLong(3)));
        counts.values().removeIf(states -> states.values().stream().allMatch(count -> count == 0));
        return counts;
    }

    private static Map<JobState, Long> none() {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            counts.put(state, 0L);
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

    /** From the first job of a lane and rank to the first of the next, a seek each. */
    private static final String OLDEST_READY =
            """
            with recursive heads (lane, rank, id) as (
              (select lane, rank, id from ready order by lane, rank, id limit 1)
              union all
              (select next.lane, next.rank, next.id from heads cross join lateral (
                select lane, rank, id from ready where (lane, rank) > (heads.lane, heads.rank)
                order by lane, rank, id limit 1) as next)
            )
            select distinct on (queue) queue, jobs.id, greatest(created_at, run_at,
              (select max(finished_at) from attempts where attempts.id = jobs.id)) as since
            from heads join jobs on jobs.id = heads.id
            order by queue, since, jobs.id
            """;

    @Override
    public Map<String, OldestReady> oldestReady() {
        Map<String, OldestReady> oldest = new TreeMap<>();
        statements.list(
                OLDEST_READY,
                row -> oldest.put(
                        row.getString(1), new OldestReady(row.getLong(2), Instant.ofEpochMilli(row.getLong(3)))));
        return oldest;
    }

    @Override
    public List<Moves.Hindrance> hindrances(long id) {
        return new PostgresRevivals(statements).hindrances(id);
    }

    @Override
    public Optional<Long> holderOfKey(long id) {
        return new PostgresRevivals(statements).holderOfKey(id);
    }

    @Override
    public Deaths deathsSince(Instant time) {
        return atOneMoment(() -> new PostgresDeaths(statements).since(time.toEpochMilli()));
    }

    private static final String DAEMONS =
            """
            select id, pid, host, slots,
              least(slots, (select count(*) from running join jobs on jobs.id = running.id
                where claimed_by = daemons.id and jobs.queue <> 'alarms')) as busy, started_at
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

    @Override
    public boolean isAlive(DaemonView daemon) {
        return PostgresLocks.living(statements).contains(daemon.id());
    }

    private static final String NAMES_WITH_READY =
            """
            with recursive heads (lane, id) as (
              (select lane, id from ready order by lane limit 1)
              union all
              (select next.lane, next.id from heads cross join lateral (
                select lane, id from ready where lane > heads.lane order by lane limit 1) as next)
            )
            select distinct name from heads join jobs on jobs.id = heads.id
            """;

    @Override
    public Set<String> namesWithReady() {
        return new HashSet<>(statements.list(NAMES_WITH_READY, row -> row.getString(1)));
    }

    private static final String READY_OF =
            """
            select queue, count(*) from ready join jobs on jobs.id = ready.id where name = any(?::text[]) group by queue
            """;

    @Override
    public Map<String, Long> readyOf(Set<String> names) {
        Map<String, Long> counts = new TreeMap<>();
        statements.list(
                READY_OF, row -> counts.put(row.getString(1), row.getLong(2)), (Object) names.toArray(String[]::new));
        return counts;
    }

    private static final String LAST_ID =
            """
            select coalesce(max(last_value), 0) from pg_sequences
            where schemaname = current_schema() and sequencename = 'jobs_id_seq'
            """;

    @Override
    public long lastId() {
        return statements.number(LAST_ID);
    }

    private static final String CRON =
            """
            select id, timing, job, job_slot, (select state from job_status where job_status.id = cron.job) as state,
              not exists (select from cron_disabled where cron_disabled.id = cron.id) as enabled
            from cron
            union all
            select id, '', null, null, null, false from cron_disabled where id not in (select id from cron)
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
        return new PostgresHistory(statements).since(grain, since, step, queue);
    }

    @Override
    public WaitQueries waits() {
        return new PostgresWaits(statements);
    }

    /** How many transactions have ended so far that could change anything, in all of the server. */
    private static final String DATA_VERSION =
            """
            select pg_snapshot_xmax(now)::text::bigint - (select count(*) from pg_snapshot_xip(now))
            from pg_current_snapshot() as now
            """;

    @Override
    public InstantSource clock(InstantSource here) {
        return new DatabaseClock(statements);
    }

    @Override
    public long dataVersion() {
        return statements.number(DATA_VERSION) - ownTransactions.getAsLong();
    }

    @Override
    public void close() {
        statements.close();
        database.close(connection);
    }

    /** What was prepared before the failure may be of no use after it. */
    private StoreException failed(SQLException failure) {
        statements.close();
        return database.translate("cannot read", failure);
    }
}
