package org.workerd.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.job.Progress;

/**
 * A job as people see it: one row of the view {@code job_status}. Null is what does not apply.
 *
 * @param after the ids of the jobs it waits for
 */
public record JobView(
        long id,
        String name,
        String queue,
        JobState state,
        int priority,
        List<String> args,
        @Nullable String payload,
        @Nullable Instant runAt,
        int attempt,
        @Nullable Integer maxAttempts,
        @Nullable String key,
        List<Long> after,
        @Nullable Long timeoutMillis,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable String error,
        @Nullable String result,
        @Nullable Progress progress) {

    /** One attempt, ended or running. */
    public record Attempt(
            int number,
            Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable String outcome,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable String error,
            @Nullable Long daemonPid) {}
}
