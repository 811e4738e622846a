package org.workerd.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a handler says becomes of its job. That the attempt failed it says by an exception.
 *
 * <pre>{@code
 * import java.time.Duration;
 * import org.workerd.api.JobContext;
 * import org.workerd.api.JobHandler;
 * import org.workerd.api.JobResult;
 *
 * public final class Fetch implements JobHandler {
 *     @Override
 *     public String name() {
 *         return "fetch";
 *     }
 *
 *     @Override
 *     public JobResult handle(JobContext job) throws Exception {
 *         int status = status(job.payload().orElseThrow());
 *         return switch (status) {
 *             case 200 -> JobResult.done();
 *             case 404 -> JobResult.giveUp("it is not there");
 *             case 429 -> JobResult.snooze(Duration.ofMinutes(5));
 *             default -> throw new java.io.IOException("status " + status);
 *         };
 *     }
 *
 *     private static int status(String url) throws Exception {
 *         return ((java.net.HttpURLConnection) new java.net.URL(url).openConnection()).getResponseCode();
 *     }
 * }
 * }</pre>
 */
public sealed interface JobResult {
    /** {@return the job is done; its result is the one that {@link JobContext#result} was given, if any} */
    static JobResult done() {
        return new Done(Optional.empty());
    }

    /**
     * The job is done.
     *
     * @param result of the job, at most 1 MiB of UTF-8; the rest is cut off
     * @return the job is done
     */
    static JobResult done(String result) {
        return new Done(Optional.of(result));
    }

    /**
     * Again later; this attempt does not count.
     *
     * @param pause until then; 100 ms at least, 100 years at most
     * @return the job waits
     * @throws IllegalArgumentException the pause is longer
     */
    static JobResult snooze(Duration pause) {
        return new Snooze(pause);
    }

    /**
     * The attempt failed, and says when the next one is worth trying, instead of the backoff; if it was the last, the job
     * is dead.
     *
     * @param pause until then; 100 ms at least, 100 years at most
     * @param reason its error, a sentence for people
     * @return the attempt counts as failed
     * @throws IllegalArgumentException the pause is longer
     */
    static JobResult retryIn(Duration pause, String reason) {
        return new RetryIn(pause, reason);
    }

    /**
     * Trying again is of no use: the job is dead.
     *
     * @param reason its error from then on, a sentence for people
     * @return the job is dead
     */
    static JobResult giveUp(String reason) {
        return new GiveUp(reason);
    }

    /**
     * See {@link JobResult#done(String)}.
     *
     * @param result of the job; empty: what {@link JobContext#result} was given
     */
    record Done(Optional<String> result) implements JobResult {
        /**
         * As said above.
         *
         * @param result of the job; empty: what {@link JobContext#result} was given
         */
        public Done {
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * See {@link JobResult#snooze}.
     *
     * @param pause at most 100 years
     */
    record Snooze(Duration pause) implements JobResult {
        private static final Duration LONGEST = Duration.ofDays(36_525);

        /**
         * As said above.
         *
         * @param pause at most 100 years
         */
        public Snooze {
            if (pause.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("a job must not snooze longer than 100 years, was " + pause);
            }
        }
    }

    /**
     * See {@link JobResult#retryIn}.
     *
     * @param pause at most 100 years
     * @param reason a sentence for people
     */
    record RetryIn(Duration pause, String reason) implements JobResult {
        /**
         * As said above.
         *
         * @param pause at most 100 years
         * @param reason a sentence for people
         */
        public RetryIn {
            Objects.requireNonNull(reason, "reason");
            if (pause.compareTo(Snooze.LONGEST) > 0) {
                throw new IllegalArgumentException("a job must not wait longer than 100 years, was " + pause);
            }
        }
    }

    /**
     * See {@link JobResult#giveUp}.
     *
     * @param reason a sentence for people
     */
    record GiveUp(String reason) implements JobResult {
        /**
         * As said above.
         *
         * @param reason a sentence for people
         */
        public GiveUp {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
