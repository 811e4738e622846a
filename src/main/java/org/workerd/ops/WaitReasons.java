package org.workerd.ops;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Alarms;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.ops.WaitsFor.Reason;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.WaitQueries;
import org.workerd.store.WaitQueries.Parent;

/**
 * Says why jobs wait: of all that holds one back, what somebody must do something about first. What holds for many jobs
 * is asked once, and only when a job needs it, so that a list costs little more than one. It says how things were when
 * it was made: make a new one for each look. Not thread-safe.
 */
public final class WaitReasons {
    /** So many jobs are named where others wait for them. */
    static final int NAMED = 3;

    private final JobQueries queries;
    private final WaitQueries waits;
    private final DaemonReasons daemons;
    private final LimitReasons limits;
    private final Supplier<HandlerView> handlersOnDemand;
    private final Instant now;
    private @Nullable Map<String, Instant> pauses;
    private @Nullable HandlerView handlers;

    /**
     * With the limits and handlers of the configuration in force.
     *
     * @param queries stays open as long as this is asked, and its caller's to close
     */
    public WaitReasons(
            JobQueries queries, DaemonReasons daemons, Limits limits, Supplier<HandlerView> handlers, Instant now) {
        this.queries = queries;
        this.waits = queries.waits();
        this.daemons = daemons;
        this.limits = new LimitReasons(waits, limits, now);
        this.handlersOnDemand = handlers;
        this.now = now;
    }

    /** By id; a job that ended, runs, or is about to be claimed waits for nothing and is not in it. */
    public Map<Long, WaitsFor> of(Collection<JobView> jobs) {
        Map<Long, WaitsFor> reasons = new HashMap<>();
        jobs.forEach(job -> of(job).ifPresent(reason -> reasons.put(job.id(), reason)));
        return reasons;
    }

    /** Empty: it ended, runs, or is about to be claimed. */
    public Optional<WaitsFor> of(JobView job) {
        return switch (job.state()) {
            case BLOCKED -> parents(job).or(daemons::unserved);
            case SCHEDULED, RETRYING -> time(job).or(() -> claim(job.queue(), job.name()));
            case READY -> claim(job.queue(), job.name());
            case RUNNING, DONE, DEAD, CANCELLED -> Optional.empty();
        };
    }

    /** What is wrong with the ids of jobs that one is to wait for; empty: they are all there. */
    public static Optional<String> missing(List<Long> parents, JobQueries queries) {
        return queries.waits().firstMissing(parents).map(id -> "there is no job " + id + " to wait for");
    }

    /** A daemon is there that claims jobs. */
    public boolean isServed() {
        return daemons.unserved().isEmpty();
    }

    /** What keeps a ready job of this queue and name from being claimed: first what does not end by itself. */
    public Optional<WaitsFor> claim(String queue, String name) {
        return paused(queue)
                .or(() -> handler(name))
                .or(daemons::unserved)
                .or(() -> limits.ofQueue(queue))
                .or(() -> limits.ofName(name))
                .or(() -> queue.equals(Alarms.QUEUE) ? alarmSlots() : daemons.full());
    }

    /** Each daemon has one for them. */
    private Optional<WaitsFor> alarmSlots() {
        int running = waits.running().stream()
                .filter(lane -> lane.queue().equals(Alarms.QUEUE))
                .mapToInt(WaitQueries.Running::count)
                .sum();
        return running >= daemons.count()
                ? Optional.of(new WaitsFor(Reason.SLOTS, "the slot for alarms is busy", null, null))
                : Optional.empty();
    }

    private Optional<WaitsFor> time(JobView job) {
        Instant due = job.runAt();
        if (due == null || !due.isAfter(now)) {
            return Optional.empty();
        }
        String detail = job.state() == JobState.RETRYING ? "its next attempt is not due yet" : "it is not due yet";
        return Optional.of(new WaitsFor(Reason.TIME, detail, due, null));
    }

    private Optional<WaitsFor> parents(JobView job) {
        List<Parent> open = waits.openParents(job.id(), NAMED + 1);
        if (open.isEmpty()) {
            return Optional.empty();
        }
        Stream<String> named = open.stream()
                .limit(NAMED)
                .map(parent -> "job " + parent.id() + " is " + parent.state().word());
        Stream<String> more = open.size() > NAMED ? Stream.of("and others are not done") : Stream.empty();
        String detail = Stream.concat(named, more).collect(Collectors.joining(", "));
        return Optional.of(new WaitsFor(Reason.AFTER, detail, null, null));
    }

    private Optional<WaitsFor> paused(String queue) {
        if (pauses == null) {
            pauses = queries.pauses();
        }
        if (JobQueries.pausedSince(pauses, queue) == null) {
            return Optional.empty();
        }
        if (pauses.containsKey(JobQueries.ALL_QUEUES) && !queue.equals(Alarms.QUEUE)) {
            return Optional.of(new WaitsFor(Reason.PAUSED, "all queues are paused", null, "workerd resume"));
        }
        return Optional.of(
                new WaitsFor(Reason.PAUSED, "the queue " + queue + " is paused", null, "workerd resume " + queue));
    }

    private Optional<WaitsFor> handler(String name) {
        if (handlers == null) {
            handlers = handlersOnDemand.get();
        }
        return handlers.objection(name).map(why -> new WaitsFor(Reason.NO_HANDLER, why, null, null));
    }
}
