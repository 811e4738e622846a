package org.workerd.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * One attempt of a job, as its handler sees it. Good as long as {@link JobHandler#handle} runs; thread-safe.
 *
 * <pre>{@code
 * import java.util.List;
 * import org.workerd.api.JobContext;
 * import org.workerd.api.JobHandler;
 * import org.workerd.api.JobResult;
 *
 * public final class Count implements JobHandler {
 *     @Override
 *     public String name() {
 *         return "count";
 *     }
 *
 *     @Override
 *     public JobResult handle(JobContext job) throws InterruptedException {
 *         List<String> lines = job.payload().orElse("").lines().toList();
 *         for (int i = 0; i < lines.size(); i++) {
 *             if (job.isCancelled()) {
 *                 throw new InterruptedException();
 *             }
 *             job.logger().info("{}: {} characters", i, lines.get(i).length());
 *             job.progress(100 * i / lines.size(), "line " + i);
 *         }
 *         return JobResult.done(lines.size() + " lines");
 *     }
 * }
 * }</pre>
 */
public interface JobContext {
    /** {@return the job's id: what {@code enqueue} printed, positive and increasing} */
    long id();

    /** {@return the job's name, which is its handler's} */
    String name();

    /** {@return the queue that the job is in: {@code default} unless whoever enqueued it said another} */
    String queue();

    /** {@return what it was enqueued with, all together at most 128 KiB; unmodifiable} */
    List<String> args();

    /** {@return JSON or any text, at most 1 MiB of UTF-8; empty: the job has none} */
    Optional<String> payload();

    /** {@return the attempt's number, from 1; it goes on counting when the job is tried again after {@code workerd retry}} */
    int attempt();

    /** {@return the number of the attempt after whose failure the job is dead: one of this number is its last chance} */
    default int lastAttempt() {
        return maxAttempts();
    }

    /**
     * What {@link #lastAttempt} is, which is more than the job's max attempts once it was tried again after {@code
     * workerd retry}.
     *
     * @return the number of the attempt after whose failure the job is dead
     * @deprecated its name promises another number; use {@link #lastAttempt}
     */
    @Deprecated
    int maxAttempts();

    /** {@return what {@code handlers.env} holds, besides {@code PATH HOME USER LANG TZ}; unmodifiable} */
    Map<String, String> environment();

    /** {@return whether the attempt is to end: its time is up, somebody cancelled the job, or the daemon stops at once} */
    boolean isCancelled();

    /**
     * Says how far it is, which {@code workerd show} tells; the latest counts.
     *
     * @param percent from 0 to 100; what is beyond counts as the nearest of these
     * @param message for people; empty or blank: none
     */
    void progress(int percent, String message);

    /**
     * As {@link #progress(int, String)}, without a message.
     *
     * @param percent from 0 to 100; what is beyond counts as the nearest of these
     */
    default void progress(int percent) {
        progress(percent, "");
    }

    /**
     * {@return what writes to the attempt's output, every level; {@code workerd logs} shows it, and its head and tail are
     * kept}
     */
    Logger logger();

    /**
     * An empty directory of the attempt's own, made when first asked for, and removed when the attempt has ended.
     *
     * @return its absolute path, the same for the whole attempt
     * @throws IllegalStateException the attempt has ended
     * @throws java.io.UncheckedIOException it cannot be made
     */
    Path directory();

    /**
     * Keeps this as the result of the job, should the attempt be its last, well or not. The latest counts.
     *
     * @param result at most 1 MiB of UTF-8; the rest is cut off
     */
    void result(String result);
}
