package org.workerd.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Activity;
import org.workerd.job.Alarms;
import org.workerd.job.Grain;
import org.workerd.job.JobState;

/** What people ask about jobs. Reads only; short, for an open read holds the write-ahead log back. */
public interface JobQueries extends AutoCloseable {
    Optional<JobView> find(long id);

    /** In the order of their numbers, the running one last. */
    List<JobView.Attempt> attempts(long id);

    /** What an attempt that has ended printed, where that is kept in the queue; empty: nothing, or it is a file. */
    default Optional<ByteBuffer> output(long id, int attempt) {
        return Optional.empty();
    }

    /** Of the queue, wherever it is moved to; empty: it is where its file is. */
    default Optional<String> identity() {
        return Optional.empty();
    }

    /** Asks several questions of one state of the queue, whatever others write meanwhile. Short: see above. */
    <T> T atOneMoment(Supplier<T> questions);

    /** Newest first. Where the queue keeps nothing in order that a filter asks for, it looks at so many and no more. */
    default Found list(Filter filter, int limit) {
        return list(filter, limit, Long.MAX_VALUE);
    }

    /** The same of jobs with lower ids than this one. */
    Found list(Filter filter, int limit, long before);

    /**
     * What a list shows.
     *
     * @param more older ones match, too
     * @param lookedBackTo the job at which the search stopped: older ones may match, too. Null: it looked at all
     */
    record Found(List<JobView> jobs, boolean more, @Nullable Long lookedBackTo) {}

    /** Of all that match, in the order of their age. */
    List<Long> ids(Filter filter);

    /** Of those that match, the newest below this id, at most so many; of others it looks at so many and no more. */
    Ids ids(Filter filter, int most, long before);

    /**
     * A part of what matches, newest first.
     *
     * @param next below which it goes on; null: there is nothing more
     */
    record Ids(List<Long> ids, @Nullable Long next) {}

    /** Which jobs; null and empty mean any. */
    record Filter(
            Set<JobState> states,
            @Nullable String queue,
            @Nullable String name,
            @Nullable String key,
            @Nullable Instant since,
            @Nullable Instant finishedSince,
            @Nullable String error,
            @Nullable String cron,
            @Nullable String tag) {
        public static final Filter ALL = new Filter(Set.of(), null, null, null, null, null, null, null, null);

        public Filter withStates(Set<JobState> some) {
            return new Filter(some, queue, name, key, since, finishedSince, error, cron, tag);
        }

        public Filter withQueue(String one) {
            return new Filter(states, one, name, key, since, finishedSince, error, cron, tag);
        }

        public Filter withName(String one) {
            return new Filter(states, queue, one, key, since, finishedSince, error, cron, tag);
        }

        public Filter withKey(String one) {
            return new Filter(states, queue, name, one, since, finishedSince, error, cron, tag);
        }

        /** Enqueued then or later. */
        public Filter withSince(Instant then) {
            return new Filter(states, queue, name, key, then, finishedSince, error, cron, tag);
        }

        /** Ended then or later. */
        public Filter withFinishedSince(Instant then) {
            return new Filter(states, queue, name, key, since, then, error, cron, tag);
        }

        /** Whose error contains this. */
        public Filter withError(String text) {
            return new Filter(states, queue, name, key, since, finishedSince, text, cron, tag);
        }

        /** Of the schedule with this ID. */
        public Filter withCron(String one) {
            return new Filter(states, queue, name, key, since, finishedSince, error, one, tag);
        }

        /** That have this tag. */
        public Filter withTag(String one) {
            return new Filter(states, queue, name, key, since, finishedSince, error, cron, one);
        }

        /** It asks for something by which jobs are kept apart: queue, name, state, or what only some states have. */
        public boolean isByLane() {
            return queue != null || name != null || error != null || finishedSince != null || !states.isEmpty();
        }

        /** Those asked for that can have what else is asked for: what is done has no error, what has not ended no end. */
        public Set<JobState> possibleStates() {
            Set<JobState> possible = states.isEmpty() ? EnumSet.allOf(JobState.class) : EnumSet.copyOf(states);
            if (error != null) {
                possible.remove(JobState.DONE);
            }
            if (finishedSince != null) {
                possible.removeIf(state -> !state.isFinal());
            }
            return possible;
        }

        /** All jobs of this key, schedule or tag, or of these queues, names and states match it: none needs to be looked at. */
        public boolean isExact() {
            boolean more = since != null || finishedSince != null || error != null;
            return !more
                    && (key == null || equals(ALL.withKey(key)))
                    && (cron == null || equals(ALL.withCron(cron)))
                    && (tag == null || equals(ALL.withTag(tag)));
        }
    }

    /** By queue: how many jobs are in each state, all states named. */
    Map<String, Map<JobState, Long>> counts();

    /** By queue that is paused, {@link #ALL_QUEUES} for all: since when. */
    Map<String, Instant> pauses();

    String ALL_QUEUES = "*";

    /** Since when these pauses hold this queue, null: they do not. A pause of all goes past that of the alarms. */
    static @Nullable Instant pausedSince(Map<String, Instant> pauses, String queue) {
        Instant all = queue.equals(Alarms.QUEUE) ? null : pauses.get(ALL_QUEUES);
        return pauses.getOrDefault(queue, all);
    }

    /**
     * By queue that has any: since when the job is ready that is so for the longest time. Of jobs of one name and
     * priority the one enqueued first stands for all, so that what waits need not be counted through.
     */
    Map<String, OldestReady> oldestReady();

    /** A job that is ready, and since when. */
    record OldestReady(long id, Instant since) {}

    /** The jobs that keep one that is dead or cancelled from being retried without force. */
    List<Moves.Hindrance> hindrances(long id);

    /** The job that has the key of this one, which has ended. */
    Optional<Long> holderOfKey(long id);

    /** What became dead at this time or later. Of jobs that are dead it looks at the newest ten thousand. */
    Deaths deathsSince(Instant time);

    /**
     * Jobs that are dead, and what they died of.
     *
     * @param complete no: older ones were not looked at
     * @param causes all of them, the most frequent first; of those that are as frequent the latest
     */
    record Deaths(long count, boolean complete, List<Cause> causes) {
        public Deaths {
            causes = List.copyOf(causes);
        }

        /** Of these causes, which are all. */
        public static Deaths of(boolean complete, List<Cause> causes) {
            return new Deaths(causes.stream().mapToLong(Cause::count).sum(), complete, causes);
        }
    }

    /**
     * Why jobs died.
     *
     * @param error its beginning; empty: they have none
     * @param count how many have this error
     */
    record Cause(String error, long count) {}

    /** A daemon, dead or alive, and how many of its slots are taken. */
    record DaemonView(long id, long pid, String host, int slots, int busy, Instant startedAt) {}

    List<DaemonView> daemons();

    /** Whether it lives, by the lock that it holds as long as it does. Needs no native code. */
    boolean isAlive(DaemonView daemon);

    /** The names that have jobs which wait to be claimed. */
    Set<String> namesWithReady();

    /** By queue that has any: how many jobs of these names are ready. */
    Map<String, Long> readyOf(Set<String> names);

    /** The highest id that a job was ever given; zero: none was. */
    long lastId();

    /**
     * What a schedule did last.
     *
     * @param timing the schedule and zone that it runs by; empty: no daemon has begun with it
     * @param job null: it has not enqueued any yet
     * @param slot the time for which that was
     * @param state null: the job is kept no longer
     * @param enabled no: its times pass without a job
     */
    record CronView(
            String id,
            String timing,
            @Nullable Long job,
            @Nullable Instant slot,
            @Nullable JobState state,
            boolean enabled) {}

    /** By their IDs; also those that are not configured any more. */
    Map<String, CronView> cron();

    /** What holds jobs back; to be asked as long as this is open. */
    WaitQueries waits();

    /**
     * What happened within a step of time.
     *
     * @param at its begin
     * @param ready how many jobs were ready at most
     */
    record Moment(Instant at, Activity activity, long ready) {}

    /**
     * What is kept of the time since then, by steps of this length in their order, but for those without anything.
     *
     * @param step a multiple of the grain
     * @param queue null for all
     */
    List<Moment> history(Grain grain, Instant since, Duration step, @Nullable String queue);

    /**
     * The clock by which times of jobs are told and ages are counted: that of the queue's server, where it has one, whatever
     * the clock of this machine shows. It goes on when this is closed.
     *
     * @param here the caller's
     */
    default InstantSource clock(InstantSource here) {
        return here;
    }

    /** A number that changes when another process has changed the queue. */
    long dataVersion();

    @Override
    void close();
}
