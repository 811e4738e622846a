package org.workerd.store.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.job.Progress;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;
import org.workerd.store.JobView;
import org.workerd.store.Moves;

/** The moves in SQL. A move leaves one table with its guard and then enters the other. */
final class SqliteMoves implements Moves {
    private final Statements statements;
    private final Tallies tallies = new Tallies();
    private final SqliteRates rates;
    private final SqliteClock clock;
    private final SqliteProgress progress;
    private final SqliteEnqueues enqueues;
    private final SqliteClaims claims;
    private final SqliteFinishes finishes;
    private final SqlitePromotions promotions;
    private final SqliteCancels cancels;
    private final SqliteRevivals revivals;
    private final SqliteRemovals removals;
    private final SqliteCron cron;
    private final SqlitePolicies policies;
    private final SqliteHistory history;
    private final SqliteJobs jobs;

    SqliteMoves(Statements statements) {
        this.statements = statements;
        this.rates = new SqliteRates(statements);
        this.clock = new SqliteClock(statements);
        this.progress = new SqliteProgress(statements);
        this.claims = new SqliteClaims(statements, tallies, rates);
        this.enqueues = new SqliteEnqueues(statements);
        this.finishes = new SqliteFinishes(statements, tallies);
        this.cancels = new SqliteCancels(statements, tallies);
        this.promotions = new SqlitePromotions(statements, tallies, cancels);
        this.revivals = new SqliteRevivals(statements);
        this.removals = new SqliteRemovals(statements);
        this.cron = new SqliteCron(statements);
        this.policies = new SqlitePolicies(statements);
        this.history = new SqliteHistory(statements);
        this.jobs = new SqliteJobs(statements);
    }

    void writeTallies() {
        tallies.write(statements);
    }

    void forgetTallies() {
        tallies.forget();
        finishes.forget();
    }

    @Override
    public Enqueued enqueue(NewJob job) {
        finishes.forget();
        return enqueues.enqueue(job);
    }

    @Override
    public List<Enqueued> enqueue(List<NewJob> jobs) {
        finishes.forget();
        return enqueues.enqueue(jobs);
    }

    private static final String REGISTER =
            "insert into daemons (pid, host, slots, started_at) values (?, ?, ?, ?) returning id";

    @Override
    public long register(long pid, String host, int slots, Instant now) {
        return statements.number(REGISTER, pid, host, slots, now.toEpochMilli());
    }

    /** Claims of a daemon whose row somebody removed by hand are a dead daemon's too; a row of no job is no claim. */
    private static final String DAEMONS =
            """
            select id, pid, substr(host, 1, 255), slots, started_at from daemons
            union all
            select distinct claimed_by, 0, '', 0, 0 from running
              where claimed_by not in (select id from daemons)
                and exists (select 1 from jobs where jobs.id = running.id)
            """;

    @Override
    public List<DaemonRow> daemons() {
        return statements.list(
                DAEMONS,
                row -> new DaemonRow(
                        row.getLong(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getInt(4),
                        Instant.ofEpochMilli(row.getLong(5))));
    }

    private static final String RESIZE = "update daemons set slots = ? where id = ?";

    @Override
    public boolean resize(long daemon, int slots) {
        return statements.update(RESIZE, slots, daemon) == 1;
    }

    private static final String UNREGISTER =
            """
            delete from daemons
            where id = ?
              and not exists (select 1 from running join jobs on jobs.id = running.id where claimed_by = daemons.id)
            """;

    @Override
    public boolean unregister(long daemon) {
        return statements.update(UNREGISTER, daemon) == 1;
    }

    private static final String LANES_WITH_READY =
            """
            select id, queue, name from lanes
            where ready > 0 and queue <> 'alarms' and octet_length(queue) <= 128 and octet_length(name) <= 128
              and not exists (select 1 from pauses where pauses.queue in (lanes.queue, '*'))
            """;

    private static final String ALARM_LANES_WITH_READY =
            """
            select id, queue, name from lanes
            where ready > 0 and queue = 'alarms' and octet_length(name) <= 128
              and not exists (select 1 from pauses where pauses.queue = lanes.queue)
            """;

    @Override
    public List<Lane> lanesWithReady() {
        return lanes(LANES_WITH_READY);
    }

    @Override
    public List<Lane> alarmLanesWithReady() {
        return lanes(ALARM_LANES_WITH_READY);
    }

    private List<Lane> lanes(String sql) {
        // What this transaction has moved so far counts as well.
        tallies.write(statements);
        return statements.list(sql, row -> new Lane(row.getLong(1), row.getString(2), row.getString(3)));
    }

    @Override
    public Optional<JobView> find(long id) {
        return jobs.find(id);
    }

    @Override
    public List<JobView.Attempt> attempts(long id) {
        return jobs.attempts(id);
    }

    @Override
    public int promote(Instant now, int most) {
        return promotions.promote(now.toEpochMilli(), most);
    }

    @Override
    public Duration alignClock(String boot, Duration ahead) {
        return clock.align(boot, ahead);
    }

    @Override
    public Optional<Instant> nextDue() {
        return promotions.nextDue();
    }

    @Override
    public List<Claim> claim(long daemon, Collection<Lane> lanes, Limits limits, Most most, Instant now) {
        return claims.claim(daemon, lanes, limits, most, now.toEpochMilli());
    }

    @Override
    public void began(Claim claim, Instant at) {
        rates.began(claim, at.toEpochMilli());
    }

    @Override
    public Optional<Instant> nextRoom(Limits limits) {
        return rates.nextRoom(limits).map(Instant::ofEpochMilli);
    }

    @Override
    public void tokensBeyond(long token) {
        claims.tokensBeyond(token);
    }

    @Override
    public List<Claim> claimedBy(long daemon) {
        return claims.claimedBy(daemon);
    }

    private static final String CRASHES =
            """
            select count(*) from attempts
            where id = ?1 and outcome = 'daemon died'
              and number > coalesce((select attempt from revivals where id = ?1), 0)
            """;

    @Override
    public int crashes(long job) {
        return (int) statements.number(CRASHES, job);
    }

    @Override
    public boolean progress(Claim claim, Progress news) {
        return progress.note(claim, news);
    }

    @Override
    public boolean finish(Claim claim, Verdict verdict, Runner runner, Instant now) {
        return finishes.finish(claim, verdict, runner, now.toEpochMilli());
    }

    @Override
    public List<Claim> finish(List<Finish> verdicts, Runner runner) {
        return finishes.finish(verdicts, runner);
    }

    @Override
    public boolean retry(long id, boolean force) {
        finishes.forget();
        return revivals.retry(id, force);
    }

    @Override
    public Optional<Hindrance> hindrance(long id) {
        return revivals.hindrances(id).stream().findFirst();
    }

    @Override
    public Optional<Long> holderOfKey(long id) {
        return revivals.holderOfKey(id);
    }

    @Override
    public boolean cancel(long id, String reason, Instant now) {
        return cancels.cancel(id, reason, now.toEpochMilli());
    }

    @Override
    public boolean requestCancel(long id, String reason, Instant now) {
        return cancels.request(id, reason, now.toEpochMilli());
    }

    @Override
    public List<Cancellation> cancellations() {
        return cancels.requests();
    }

    @Override
    public boolean forgetCancellation(long id) {
        return cancels.forget(id);
    }

    @Override
    public Optional<Removed> delete(long id) {
        // The trigger takes the job out of counts that must have it already.
        tallies.write(statements);
        return removals.delete(id);
    }

    @Override
    public Pruned prune(Retention retention, Instant now, long above, int most) {
        tallies.write(statements);
        Pruned step = removals.prune(retention, now, above, most);
        if (step.isLast()) {
            history.prune(now);
        }
        return step;
    }

    @Override
    public Optional<Long> oldest() {
        return removals.oldest();
    }

    @Override
    public List<CronRow> cron() {
        return cron.rows();
    }

    @Override
    public boolean beginCron(String id, String timing, Instant now) {
        return cron.begin(id, timing, now.toEpochMilli());
    }

    @Override
    public boolean advanceCron(String id, Instant from, Instant to) {
        return cron.advance(id, from.toEpochMilli(), to.toEpochMilli());
    }

    @Override
    public void linkCron(String id, long job, Instant slot) {
        cron.link(id, job, slot.toEpochMilli());
    }

    @Override
    public Optional<Long> unfinishedJobOf(String id) {
        return cron.unfinishedJob(id);
    }

    @Override
    public boolean disableCron(String id, Instant now) {
        return cron.disable(id, now.toEpochMilli());
    }

    @Override
    public boolean enableCron(String id, Instant now) {
        return cron.enable(id, now.toEpochMilli());
    }

    @Override
    public boolean allow(Policies all) {
        return policies.allow(all);
    }

    @Override
    public Map<String, Integer> maxAttempts() {
        return policies.known();
    }

    private static final String PAUSE =
            "insert into pauses (queue, paused_at) values (coalesce(?, '*'), ?) on conflict (queue) do nothing";

    @Override
    public boolean pause(@Nullable String queue, Instant now) {
        return statements.update(PAUSE, queue, now.toEpochMilli()) == 1;
    }

    private static final String RESUME = "delete from pauses where ?1 is null or queue = ?1";

    @Override
    public boolean resume(@Nullable String queue) {
        return statements.update(RESUME, queue) > 0;
    }

    @Override
    public void keep(List<Past> past, Instant at) {
        history.keep(past, at);
    }

    @Override
    public void keepBacklog(Instant at) {
        // What this transaction has moved so far counts as well.
        tallies.write(statements);
        history.keepBacklog(at);
    }
}
