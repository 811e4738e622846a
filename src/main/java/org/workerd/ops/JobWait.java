package org.workerd.ops;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;

/**
 * Waiting until jobs have ended, for so long at most, all of them together. It only looks; whoever waits sleeps in
 * between, by changes of the queue. Thread-safe.
 */
public final class JobWait {
    private final @Nullable Duration timeout;
    private final long begun = System.nanoTime();

    /** From now on; null: for ever. */
    public JobWait(@Nullable Duration timeout) {
        this.timeout = timeout;
    }

    /** A job and its attempts at one moment: at the next it may be deleted. */
    public record Seen(JobView job, List<JobView.Attempt> attempts) {
        public Seen {
            attempts = List.copyOf(attempts);
        }
    }

    /** As it is now; empty: there is no such job. */
    public static Optional<Seen> look(JobQueries queries, long id) {
        return queries.atOneMoment(() -> queries.find(id).map(job -> new Seen(job, queries.attempts(id))));
    }

    /** There is nothing to wait for any more: it has ended, or the time is up. */
    public boolean isOver(JobView job) {
        return job.state().isFinal() || isTimeUp();
    }

    public boolean isTimeUp() {
        return left().toNanos() <= 0;
    }

    /** How long it is waited at most from now on; a day, if for ever. */
    public Duration left() {
        return timeout == null ? Duration.ofDays(1) : timeout.minusNanos(System.nanoTime() - begun);
    }
}
