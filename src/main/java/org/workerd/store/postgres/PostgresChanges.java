package org.workerd.store.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;

/** Looks at the database again and again, at first often; a look is one short statement. For one thread. */
final class PostgresChanges implements Changes {
    private static final long LONGEST = Duration.ofSeconds(1).toNanos();
    private static final long FIRST_NAP = Duration.ofMillis(5).toNanos();
    private static final long LONGEST_NAP = Duration.ofMillis(250).toNanos();

    private final JobQueries queries;
    private long seen = -1;
    private long nap = FIRST_NAP;

    PostgresChanges(JobQueries queries) {
        this.queries = queries;
    }

    @Override
    public void await(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + Math.min(LONGEST, Math.max(0, most.toNanos()));
        for (long now = queries.dataVersion(); now == seen; now = queries.dataVersion()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, Math.min(left, nap));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            nap = Math.min(LONGEST_NAP, 2 * nap);
        }
        seen = queries.dataVersion();
        nap = FIRST_NAP;
    }

    /** What is printed on this machine is looked at after each nap. */
    @Override
    public boolean watch(Path directory) {
        return true;
    }

    @Override
    public void close() {
        // The questions are their owner's to close.
    }
}
