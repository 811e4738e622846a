package org.workerd.ops;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.workerd.job.JobState;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;

/** What becomes of running jobs that were told to end. For one thread. */
public final class CancelledJobs {
    private final Set<Long> open;
    private final Map<Long, JobState> otherwise = new TreeMap<>();

    public CancelledJobs(List<Long> toldToEnd) {
        this.open = new TreeSet<>(toldToEnd);
    }

    /** Most programs end at once when they are told; for the others it waits no longer than this. */
    public void await(JobQueries queries, Changes changes, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (!open.isEmpty() && until - System.nanoTime() > 0) {
            changes.await(Duration.ofNanos(until - System.nanoTime()));
            open.removeIf(id -> queries.find(id).map(this::hasEnded).orElse(true));
        }
    }

    private boolean hasEnded(JobView job) {
        if (job.state().isFinal() && job.state() != JobState.CANCELLED) {
            otherwise.put(job.id(), job.state());
        }
        return job.state().isFinal();
    }

    /** Those that still run. */
    public Set<Long> running() {
        return open;
    }

    /** Those that ended before they could be cancelled, and how. */
    public Map<Long, JobState> endedOtherwise() {
        return otherwise;
    }
}
