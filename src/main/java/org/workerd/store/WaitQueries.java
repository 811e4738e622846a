package org.workerd.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.job.JobState;
import org.workerd.job.Rate;

/** What holds jobs back. Each question looks at a bounded number of rows, however many jobs wait. */
public interface WaitQueries {
    /** How many jobs of one name run in one queue. */
    record Running(String queue, String name, int count) {}

    /** Of every queue and name of which any run. */
    List<Running> running();

    /** Running jobs of this queue, the oldest first, at most so many. */
    List<Long> runningOfQueue(String queue, int most);

    /** Running jobs of this name, the oldest first, at most so many. */
    List<Long> runningOfName(String name, int most);

    /** A job that another one waits for. */
    record Parent(long id, JobState state) {}

    /** Those of the jobs that this one waits for which are not done, at most so many. */
    List<Parent> openParents(long id, int most);

    /** The first of these jobs that there is not. */
    Optional<Long> firstMissing(List<Long> ids);

    /** When the next job of this queue may start; empty: one may start now. */
    Optional<Instant> queueHasRoomAt(String queue, Rate rate, Instant now);

    /** When the next job of this name may start; empty: one may start now. */
    Optional<Instant> nameHasRoomAt(String name, Rate rate, Instant now);
}
