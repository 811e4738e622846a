package org.workerd.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a job, owned by one daemon: what it runs, and the token that every later move of it must show.
 *
 * @param lane the row of the job's queue and name
 * @param attempt its number, from 1
 * @param forgiven how many of the attempts so far do not count against {@code maxAttempts}
 * @param payload null for none
 * @param maxAttempts null leaves it to the configuration, like {@code timeout}
 * @param defect why it cannot be run as it stands, past the rules of the queue; null: it can
 * @param waitedMillis how long the job was ready; null: it waited for other jobs, or was tried before
 */
public record Claim(
        long jobId,
        long token,
        long lane,
        int attempt,
        int forgiven,
        Instant startedAt,
        String name,
        String queue,
        long priority,
        List<String> args,
        @Nullable String payload,
        @Nullable Integer maxAttempts,
        @Nullable Duration timeout,
        boolean keyed,
        @Nullable String defect,
        @Nullable Long waitedMillis) {

    public Claim(
            long jobId,
            long token,
            long lane,
            int attempt,
            int forgiven,
            Instant startedAt,
            String name,
            String queue,
            long priority,
            List<String> args,
            @Nullable String payload,
            @Nullable Integer maxAttempts,
            @Nullable Duration timeout,
            boolean keyed,
            @Nullable String defect) {
        this(
                jobId,
                token,
                lane,
                attempt,
                forgiven,
                startedAt,
                name,
                queue,
                priority,
                args,
                payload,
                maxAttempts,
                timeout,
                keyed,
                defect,
                null);
    }

    /** How many bytes of memory what it was given takes at most, or nearly. */
    public long size() {
        long size = TextSize.of(payload);
        for (String arg : args) {
            size += TextSize.of(arg);
        }
        return size;
    }

    /** The number of the last attempt that a failure may have under this policy. */
    public int lastAttempt(JobPolicy policy) {
        return forgiven + (maxAttempts == null ? policy.maxAttempts() : maxAttempts);
    }

    public Duration timeout(JobPolicy policy) {
        return timeout == null ? policy.timeout() : timeout;
    }
}
