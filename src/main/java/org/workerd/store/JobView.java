package org.workerd.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Progress;

/**
 * A job as people see it: one row of the view {@code job_status}. Null is what does not apply.
 *
 * @param maxAttempts as it was enqueued; null leaves it to the configuration
 * @param forgiven how many of its attempts do not count against that
 * @param after the ids of the jobs it waits for
 * @param tags words by which it can be found
 * @param cron the ID of the schedule that enqueued it
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
        int forgiven,
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
        @Nullable Progress progress,
        List<String> tags,
        @Nullable String cron) {

    /** Without what may be large: what it was given, what it waited for, what it gave back. */
    public JobView brief() {
        return new JobView(
                id,
                name,
                queue,
                state,
                priority,
                List.of(),
                null,
                runAt,
                attempt,
                maxAttempts,
                forgiven,
                key,
                List.of(),
                timeoutMillis,
                createdAt,
                startedAt,
                finishedAt,
                exitCode,
                signal,
                error == null ? null : error.substring(0, Math.min(error.length(), LONGEST_BRIEF_ERROR)),
                null,
                null,
                tags,
                cron);
    }

    private static final int LONGEST_BRIEF_ERROR = 1000;

    /** How many attempts count under this policy. */
    public int maxAttempts(JobPolicy policy) {
        return maxAttempts == null ? policy.maxAttempts() : maxAttempts;
    }

    /** The number of the attempt after which it is dead: more than {@code maxAttempts} once it was retried. */
    public int lastAttempt(JobPolicy policy) {
        return forgiven + maxAttempts(policy);
    }

    /** This attempt has begun, and does not run any more. */
    public boolean isOver(int number) {
        return attempt > number || (attempt == number && state != JobState.RUNNING);
    }

    /** One attempt, ended or running. */
    public record Attempt(
            int number,
            Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable String outcome,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable String error,
            @Nullable Long daemonPid,
            @Nullable String host) {}
}
