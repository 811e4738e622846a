package org.workerd.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;

/** What people ask about jobs. Reads only; short, for an open read holds the write-ahead log back. */
public interface JobQueries extends AutoCloseable {
    Optional<JobView> find(long id);

    /** In the order of their numbers, the running one last. */
    List<JobView.Attempt> attempts(long id);

    /** Newest first. */
    List<JobView> list(Filter filter, int limit);

    /** Which jobs; null and empty mean any. */
    record Filter(
            Set<JobState> states,
            @Nullable String queue,
            @Nullable String name,
            @Nullable String key,
            @Nullable Instant since,
            @Nullable String error) {
        public static final Filter ALL = new Filter(Set.of(), null, null, null, null, null);
    }

    /** By queue: how many jobs are in each state, all states named. */
    Map<String, Map<JobState, Long>> counts();

    /** The names that have jobs which wait to be claimed. */
    Set<String> namesWithReady();

    /** A number that changes when another process has changed the queue. */
    long dataVersion();

    @Override
    void close();
}
