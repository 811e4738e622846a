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
    long id();

    String name();

    String queue();

    List<String> args();

    /** Empty when the job has none. */
    Optional<String> payload();

    /** Its number, from 1; it goes on counting when the job is tried again after {@code workerd retry}. */
    int attempt();

    /** The number of the attempt after whose failure the job is dead: an attempt of this number is its last chance. */
    default int lastAttempt() {
        return maxAttempts();
    }

    /**
     * What {@link #lastAttempt} is, which is more than the job's max attempts once it was tried again after {@code
     * workerd retry}.
     *
     * @deprecated its name promises another number; use {@link #lastAttempt}
     */
    @Deprecated
    int maxAttempts();

    /** What {@code handlers.env} holds, besides {@code PATH HOME USER LANG TZ}. */
    Map<String, String> environment();

    /** The attempt is to end: its time is up, somebody cancelled the job, or the daemon stops at once. */
    boolean isCancelled();

    /** How far it is; {@code workerd show} tells. From 0 to 100; what is beyond counts as the nearest of these. */
    void progress(int percent, String message);

    default void progress(int percent) {
        progress(percent, "");
    }

    /** Writes to the attempt's output, which {@code workerd logs} shows, every level; its head and tail are kept. */
    Logger logger();

    /**
     * An empty directory of the attempt's own, made when first asked for, and removed when the attempt has ended.
     *
     * @throws IllegalStateException when the attempt has ended
     */
    Path directory();

    /** Keeps this, at most 1 MiB of UTF-8, as the result of the job, should the attempt be its last, well or not. */
    void result(String result);
}
