package org.workerd.store.postgres;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.job.Progress;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;
import org.workerd.store.JobRows;
import org.workerd.store.JobView;
import org.workerd.store.Moves;

/**
 * The moves in SQL. A move leaves one table with its guard and enters the other; whoever comes second finds nothing to
 * leave. Others may be moving jobs all the time: what two statements see is of two moments.
 */
final class PostgresMoves implements Moves {
    private final Statements statements;
    private final TurnQueries turn;
    private final PostgresDaemons daemons;
    private final PostgresTallies tallies;
    private final PostgresRates rates;
    private final PostgresProgress progress;
    private final PostgresEnqueues enqueues;
    private final PostgresClaims claims;
    private final PostgresFinishes finishes;
    private final PostgresPromotions promotions;
    private final PostgresCancels cancels;
    private final PostgresRevivals revivals;
    private final PostgresRemovals removals;
    private final PostgresCron cron;
    private final PostgresPolicies policies;
    private final PostgresOutputs outputs;
    private final PostgresHistory history;

    PostgresMoves(Statements statements) {
        this.statements = statements;
        this.turn = new TurnQueries(statements);
        this.daemons = new PostgresDaemons(statements, turn);
        this.tallies = new PostgresTallies(statements);
        this.rates = new PostgresRates(statements);
        this.progress = new PostgresProgress(statements);
        this.claims = new PostgresClaims(statements, rates);
        this.enqueues = new PostgresEnqueues(statements, turn);
        this.finishes = new PostgresFinishes(statements, tallies);
        this.cancels = new PostgresCancels(statements, turn, tallies);
        this.promotions = new PostgresPromotions(statements, turn, tallies);
        this.revivals = new PostgresRevivals(statements);
        this.removals = new PostgresRemovals(statements);
        this.cron = new PostgresCron(statements);
        this.policies = new PostgresPolicies(statements);
        this.outputs = new PostgresOutputs(statements);
        this.history = new PostgresHistory(statements);
    }

    void writeTallies() {
        tallies.write();
    }

    /** Of the transaction that runs; empty: it has changed nothing. */
    String number() {
        return turn.number();
    }

    void ended(boolean committed) {
        tallies.forget();
        turn.ended();
        claims.ended(committed);
    }

    @Override
    public Instant now(Instant here) {
        return new DatabaseClock(statements).instant();
    }

    @Override
    public Enqueued enqueue(NewJob job) {
        return enqueues.enqueue(job);
    }

    @Override
    public List<Enqueued> enqueue(List<NewJob> jobs) {
        return enqueues.enqueue(jobs);
    }

    @Override
    public long register(long pid, String host, int slots, Instant now) {
        return daemons.register(pid, host, slots, now.toEpochMilli());
    }

    @Override
    public List<DaemonRow> daemons() {
        return daemons.all();
    }

    @Override
    public boolean keepsOutputs() {
        return true;
    }

    @Override
    public void keep(List<Printed> printed) {
        outputs.keep(printed);
    }

    @Override
    public List<Follower> followers(long daemon) {
        return outputs.followers(daemon);
    }

    @Override
    public void tell(Follower follower, int attempt, ByteBuffer text) {
        outputs.tell(follower, attempt, text);
    }

    @Override
    public boolean resize(long daemon, int slots) {
        return daemons.resize(daemon, slots);
    }

    @Override
    public boolean unregister(long daemon) {
        return daemons.unregister(daemon);
    }

    @Override
    public List<Lane> lanesWithReady() {
        return claims.lanes(PostgresCursors.Side.ORDINARY);
    }

    @Override
    public List<Lane> alarmLanesWithReady() {
        return claims.lanes(PostgresCursors.Side.ALARMS);
    }

    @Override
    public Optional<JobView> find(long id) {
        return statements.first(PostgresQueries.FIND, JobRows::job, id);
    }

    @Override
    public List<JobView.Attempt> attempts(long id) {
        return statements.list(PostgresQueries.ATTEMPTS, JobRows::attempt, id);
    }

    @Override
    public int promote(Instant now, int most) {
        return promotions.promote(now.toEpochMilli(), most);
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
        return Stream.of(rates.nextRoom(limits).map(Instant::ofEpochMilli), claims.heldUpUntil())
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    @Override
    public List<Claim> claimedBy(long daemon) {
        return claims.claimedBy(daemon);
    }

    private static final String CRASHES =
            """
            select count(*) from attempts
            where id = ? and outcome = 'daemon died'
              and number > coalesce((select attempt from revivals where revivals.id = attempts.id), 0)
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
        return finishes.finish(List.of(new Finish(claim, verdict, now)), runner).isEmpty();
    }

    @Override
    public List<Claim> finish(List<Finish> verdicts, Runner runner) {
        return finishes.finish(verdicts, runner);
    }

    @Override
    public boolean retry(long id, boolean force) {
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
        return removals.delete(id);
    }

    @Override
    public Pruned prune(Retention retention, Instant now, long above, int most) {
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
            "insert into pauses (queue, paused_at) values (coalesce(?::text, '*'), ?) on conflict (queue) do nothing";

    @Override
    public boolean pause(@Nullable String queue, Instant now) {
        return statements.update(PAUSE, queue, now.toEpochMilli()) == 1;
    }

    private static final String RESUME = "delete from pauses where queue = coalesce(?::text, queue)";

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
        history.keepBacklog(at);
    }
}
