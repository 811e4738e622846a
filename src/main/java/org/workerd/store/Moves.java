package org.workerd.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Activity;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.job.Progress;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;

/** Every move that a job can make, inside one transaction; each is guarded by what must still hold for it. */
public interface Moves {
    /**
     * What time it is, for delays and for what is noted of a job: that of the queue's server, where it has one, whatever the
     * clock of this machine shows.
     *
     * @param here by the caller's clock
     */
    default Instant now(Instant here) {
        return here;
    }

    /**
     * Stores a job.
     *
     * @throws StoreException of kind INVALID when a rule of the schema is broken, say by the id of a job to wait for
     *     that does not exist
     */
    Enqueued enqueue(NewJob job);

    /** As each by itself, in their order; those without a key that wait for no other cost less this way. */
    List<Enqueued> enqueue(List<NewJob> jobs);

    /** The id of the job; not stored when its key was taken by the job of that id. */
    record Enqueued(long id, boolean stored) {}

    /** A queue and a name: what limits, pauses and missing handlers are about. */
    record Lane(long id, String queue, String name) {}

    /** A daemon that serves this queue, dead or alive: whoever holds the lock of its file knows. */
    record DaemonRow(long id, long pid, String host, int slots, Instant startedAt) {}

    /** The id under which this daemon's claims will be known. */
    long register(long pid, String host, int slots, Instant now);

    List<DaemonRow> daemons();

    /** From now on it has so many slots. False: it is not registered. */
    boolean resize(long daemon, int slots);

    /** The lanes in which jobs are ready, but for those of paused queues and of {@link Alarms#QUEUE}. */
    List<Lane> lanesWithReady();

    /** Those of {@link Alarms#QUEUE}, unless it was paused by its name: a pause of all queues does not hold it. */
    List<Lane> alarmLanesWithReady();

    /** The job as this transaction has left it so far. */
    Optional<JobView> find(long id);

    /** Its attempts, likewise, in the order of their numbers. */
    List<JobView.Attempt> attempts(long id);

    /** Makes ready what is due, and what no longer waits for another job; at most so many of each. */
    int promote(Instant now, int most);

    /**
     * Compares the wall clock with what the last daemon that looked knew of it; when it was set in between, what waits
     * to be tried again waits on for as long as was left.
     *
     * @param boot of the machine; another one's clock cannot be compared
     * @param ahead how far the wall clock is ahead of a clock that runs on since that boot and cannot be set
     * @return how far it was set, back if negative; zero: by less than a minute
     */
    default Duration alignClock(String boot, Duration ahead) {
        return Duration.ZERO; // whose time is a server's, which no machine can set
    }

    /** When the next job that waits for its time is due. */
    Optional<Instant> nextDue();

    /**
     * How much to claim at once.
     *
     * @param size of what the jobs are given, as {@link Claim#size}: the one that reaches it is the last
     */
    record Most(int jobs, long size) {
        public static Most of(int jobs) {
            return new Most(jobs, Long.MAX_VALUE);
        }

        /** Some of it was claimed. */
        public Most without(Collection<Claim> claimed) {
            return new Most(
                    jobs - claimed.size(),
                    size - claimed.stream().mapToLong(Claim::size).sum());
        }

        public Most withJobs(int fewer) {
            return new Most(Math.min(jobs, fewer), size);
        }

        public boolean isNothing() {
            return jobs <= 0 || size <= 0;
        }
    }

    /** Claims jobs of these lanes, by priority and age over all of them. They count once this transaction is through. */
    default List<Claim> claim(long daemon, Collection<Lane> lanes, int most, Instant now) {
        return claim(daemon, lanes, Limits.NONE, Most.of(most), now);
    }

    /** The same within limits, queues of higher priority first; what has no room is passed over. */
    List<Claim> claim(long daemon, Collection<Lane> lanes, Limits limits, Most most, Instant now);

    /** What the rates noted at its claim began at this time. */
    void began(Claim claim, Instant at);

    /** When the first of the rates that are used up allows another start. */
    Optional<Instant> nextRoom(Limits limits);

    /** Claims from now on get tokens beyond this one, which an earlier version in the same process gave last. */
    default void tokensBeyond(long token) {}

    /** What this daemon has claimed and not finished. */
    List<Claim> claimedBy(long daemon);

    /** How many attempts of the job, since it was last wanted again, ended because the daemon died. */
    int crashes(long job);

    /** Notes how far the attempt is. False: the claim was lost. */
    boolean progress(Claim claim, Progress progress);

    /** Carries a verdict out. False: the claim was lost; the job is someone else's now, and nothing was changed. */
    boolean finish(Claim claim, Verdict verdict, Runner runner, Instant now);

    default boolean finish(Claim claim, Verdict verdict, long daemonPid, Instant now) {
        return finish(claim, verdict, new Runner(daemonPid, null), now);
    }

    /**
     * The daemon that ran an attempt, as people know it.
     *
     * @param host null: that is not known
     */
    record Runner(long pid, @Nullable String host) {}

    /** The end of an attempt for the database: the verdict to be carried out, and when it was found. */
    record Finish(Claim claim, Verdict verdict, Instant at) {}

    /** As each by itself; those that are just done cost less this way. The claims that were lost. */
    List<Claim> finish(List<Finish> verdicts, Runner runner);

    default List<Claim> finish(List<Finish> verdicts, long daemonPid) {
        return finish(verdicts, new Runner(daemonPid, null));
    }

    /**
     * What an attempt printed, as much as is kept of it.
     *
     * @param text read from its position to its limit
     */
    record Printed(long job, int attempt, ByteBuffer text) {}

    /** What attempts printed is to be kept in the queue, for it is read on other machines. */
    default boolean keepsOutputs() {
        return false;
    }

    /** Keeps them with their jobs; where {@link #keepsOutputs} says so. */
    default void keep(List<Printed> printed) {
        // They are files, where everybody who reads the queue finds them.
    }

    /**
     * Somebody who follows from elsewhere what a job prints.
     *
     * @param token of the claim that runs
     */
    record Follower(long id, long job, long token) {}

    /** Those of the jobs that this daemon runs. */
    default List<Follower> followers(long daemon) {
        return List.of();
    }

    /** Sends him what the attempt printed since the last time. */
    default void tell(Follower follower, int attempt, ByteBuffer text) {
        // Nobody needs to be told.
    }

    /** Forgets a daemon that has no claims left. False: it still has some, or is forgotten already. */
    boolean unregister(long daemon);

    /**
     * dead or cancelled → ready, with as many attempts ahead as a new job, or → blocked, while a job that it waits for is
     * unfinished. False: it is neither, or the key that it would need again is taken, or a job that it waits for will not
     * be done.
     *
     * @param force it waits no longer for what is dead, cancelled or deleted
     */
    boolean retry(long id, boolean force);

    default boolean retry(long id) {
        return retry(id, false);
    }

    /**
     * A job that this one waits for, and that will not be done.
     *
     * @param state dead or cancelled, or it was when it was deleted; null: it was deleted, and nobody knows
     */
    record Hindrance(long id, @Nullable JobState state, boolean isDeleted) {}

    /** What keeps a job that is dead or cancelled from being retried without force. */
    Optional<Hindrance> hindrance(long id);

    /** The job that has the key of this one, which has ended. */
    Optional<Long> holderOfKey(long id);

    /** blocked, scheduled, retrying or ready → cancelled. False: it is none of these. */
    boolean cancel(long id, String reason, Instant now);

    /** Asks whoever runs the job to end it, and outlives them. False: it does not run. */
    boolean requestCancel(long id, String reason, Instant now);

    /**
     * A request that nobody has dealt with yet.
     *
     * @param token of the claim that runs; null: the job does not run any more
     */
    record Cancellation(long id, String reason, @Nullable Long token) {}

    List<Cancellation> cancellations();

    /** It was dealt with. */
    boolean forgetCancellation(long id);

    /** A job that is gone; its attempts may have left output, numbered from 1 to one more than these. */
    record Removed(long id, int attempts) {}

    /** Removes a job that has ended, with all that is known of it. Empty: it has not ended, or there is none. */
    Optional<Removed> delete(long id);

    /**
     * One step of the walk over what has ended.
     *
     * @param next where the next step begins
     */
    record Pruned(List<Removed> jobs, long next) {
        public static final long NOTHING_MORE = -1;

        public boolean isLast() {
            return next == NOTHING_MORE;
        }
    }

    /**
     * Removes what is kept no longer, at most so many, of the jobs with ids above this one; 0 begins the walk. At its end
     * queues and names go that have no job any more.
     */
    Pruned prune(Retention retention, Instant now, long above, int most);

    /** The lowest id of a job that is there. */
    Optional<Long> oldest();

    /**
     * Up to when the slots of a schedule were dealt with.
     *
     * @param timing the schedule and zone that it ran by
     * @param enabled no: its slots pass without a job
     */
    record CronRow(String id, String timing, Instant lastRun, boolean enabled) {}

    List<CronRow> cron();

    /** From now on the schedule runs by this timing: what was before is not its concern. False: so it did already. */
    boolean beginCron(String id, String timing, Instant now);

    /** All slots from the one time to the other are dealt with by this transaction. False: somebody else did. */
    boolean advanceCron(String id, Instant from, Instant to);

    /** The job is the schedule's, and its last one; for which slot. */
    void linkCron(String id, long job, Instant slot);

    /** The newest job of the schedule that has not ended. */
    Optional<Long> unfinishedJobOf(String cron);

    /** From now on its slots pass without a job. False: so it was already. */
    boolean disableCron(String id, Instant now);

    /** The opposite; the slots up to now are not made up for. False: it was not disabled. */
    boolean enableCron(String id, Instant now);

    /** What the configuration allows where a job says nothing, for people to see. False: that was known already. */
    boolean allow(Policies policies);

    /** What was said with {@link #allow}, by name; {@code *} is for all others. */
    Map<String, Integer> maxAttempts();

    /** From now on nothing of the queue is claimed; null: of no queue. False: so it was already. */
    boolean pause(@Nullable String queue, Instant now);

    /** The opposite; null ends all pauses. False: it was not paused by itself. */
    boolean resume(@Nullable String queue);

    /**
     * What attempts of a queue and a name came to since it was last kept.
     *
     * @param name {@link #OTHERS} for all that no row of its own is kept of, in a queue of the same word
     */
    record Past(String queue, String name, Activity activity) {}

    /** No queue and no name can be this. */
    String OTHERS = "*";

    /**
     * Adds it to the minute and the hour. With others who do the same at once it waits for its turn, so nothing that
     * somebody else may wait for comes after it in the same transaction.
     */
    void keep(List<Past> past, Instant at);

    /** Notes for the minute and the hour how many jobs are ready in each queue, where that is the most so far. */
    void keepBacklog(Instant at);
}
