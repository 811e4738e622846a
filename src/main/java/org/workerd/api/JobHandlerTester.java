package org.workerd.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs a handler in a unit test, as the daemon would, in the thread of the test: without a daemon and a queue, and
 * without mocks. What is not said is as for a job that was enqueued with its name alone.
 *
 * <pre>{@code
 * import org.workerd.api.JobContext;
 * import org.workerd.api.JobHandler;
 * import org.workerd.api.JobHandlerTester;
 * import org.workerd.api.JobResult;
 * import org.workerd.api.TestedAttempt;
 *
 * class GreetTest {
 *     static final class Greet implements JobHandler {
 *         public String name() {
 *             return "greet";
 *         }
 *
 *         public JobResult handle(JobContext job) {
 *             job.logger().info("attempt {}", job.attempt());
 *             return JobResult.done("Hello, " + job.args().get(0) + "!");
 *         }
 *     }
 *
 *     void greetsByName() {
 *         TestedAttempt attempt = JobHandlerTester.of(new Greet()).args("Ann").attempt(2).run();
 *         assert attempt.isDone();
 *         assert attempt.result().orElseThrow().equals("Hello, Ann!");
 *         assert attempt.log().get(0).equals("INFO attempt 2");
 *     }
 * }
 * }</pre>
 *
 * <p>A handler that goes on when it is told to end is waited for without end: give the test a timeout. Not thread-safe;
 * {@link #run} may be called again and again.
 */
public final class JobHandlerTester {
    /** As the daemon wants it of every job's name. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final JobHandler handler;
    private final String name;
    private final Map<String, String> environment = new TreeMap<>();
    private long id = 1;
    private String queue = "default";
    private List<String> args = List.of();
    private @Nullable String payload;
    private int attempt = 1;
    private int lastAttempt = 10;
    private @Nullable Path directory;
    private @Nullable Duration cancelAfter;
    private int cancelAtPercent = Integer.MAX_VALUE;

    private JobHandlerTester(JobHandler handler) {
        this.handler = handler;
        this.name = handler.name();
        check(
                NAME.matcher(String.valueOf(name)).matches(),
                "the daemon refuses the handler: its name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter"
                        + " or digit, was \"" + name + "\"");
    }

    /**
     * Tests this handler.
     *
     * @param handler asked for its name once
     * @return its tester, with nothing else said
     * @throws IllegalArgumentException no job may have the handler's name
     */
    public static JobHandlerTester of(JobHandler handler) {
        return new JobHandlerTester(handler);
    }

    /**
     * Tests the handler that the daemon would find for this name: by the files {@code
     * META-INF/services/org.workerd.api.JobHandler} of the class path.
     *
     * @param name of the jobs that it runs
     * @return its tester, with nothing else said
     * @throws IllegalArgumentException none of these handlers has the name, or two have
     */
    public static JobHandlerTester named(String name) {
        List<JobHandler> all = ServiceLoader.load(JobHandler.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        List<JobHandler> found =
                all.stream().filter(handler -> name.equals(handler.name())).toList();
        check(
                found.size() == 1,
                found.size() + " handlers are named " + name + "; the files META-INF/services/"
                        + JobHandler.class.getName() + " name the handlers "
                        + all.stream().map(JobHandler::name).sorted().toList());
        return new JobHandlerTester(found.get(0));
    }

    /**
     * Else none.
     *
     * @param all what {@link JobContext#args} gives
     * @return this
     */
    public JobHandlerTester args(String... all) {
        args = List.of(all);
        return this;
    }

    /**
     * Else none.
     *
     * @param text what {@link JobContext#payload} gives: JSON or any text
     * @return this
     */
    public JobHandlerTester payload(String text) {
        payload = text;
        return this;
    }

    /**
     * As {@link #payload(String)}, with what the codec writes for a value.
     *
     * @param <T> the type of the value
     * @param codec of a {@link TypedJobHandler}
     * @param value what it reads again
     * @return this
     * @throws IllegalArgumentException the codec cannot write it
     */
    public <T> JobHandlerTester payload(Codec<T> codec, T value) {
        try {
            return payload(codec.encode(value));
        } catch (Exception unwritable) {
            throw new IllegalArgumentException("the codec cannot write " + value, unwritable);
        }
    }

    /**
     * Else 1.
     *
     * @param number what {@link JobContext#id} gives, from 1
     * @return this
     */
    public JobHandlerTester id(long number) {
        id = number;
        return this;
    }

    /**
     * Else {@code default}.
     *
     * @param other what {@link JobContext#queue} gives
     * @return this
     */
    public JobHandlerTester queue(String other) {
        queue = other;
        return this;
    }

    /**
     * Else 1.
     *
     * @param number what {@link JobContext#attempt} gives, from 1
     * @return this
     */
    public JobHandlerTester attempt(int number) {
        check(number >= 1, "attempts are counted from 1, was " + number);
        attempt = number;
        return this;
    }

    /**
     * Else 10. With an attempt of this number, or a larger one, a failure makes the job dead.
     *
     * @param number what {@link JobContext#lastAttempt} gives, from 1
     * @return this
     */
    public JobHandlerTester lastAttempt(int number) {
        check(number >= 1, "attempts are counted from 1, was " + number);
        lastAttempt = number;
        return this;
    }

    /**
     * One more variable of {@code handlers.env}; else there are none.
     *
     * @param variable a name in {@link JobContext#environment}
     * @param value what it gives for it
     * @return this
     */
    public JobHandlerTester environment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /**
     * Else it is a new one, made when first asked for, and removed when the attempt has ended.
     *
     * @param kept what {@link JobContext#directory} gives: a directory that is there; it and what is in it are left to the
     *     test, before and after
     * @return this
     */
    public JobHandlerTester directory(Path kept) {
        directory = kept;
        return this;
    }

    /**
     * Has somebody cancel the job, so long after its attempt began: the thread is interrupted, and {@link
     * JobContext#isCancelled} is true. For a handler it is the same when its time is up and when the daemon stops.
     *
     * @param wait zero or less: at the very beginning
     * @return this
     */
    public JobHandlerTester cancelAfter(Duration wait) {
        cancelAfter = wait;
        return this;
    }

    /**
     * As {@link #cancelAfter}, the moment it says that it is so far: the same at every run of the test.
     *
     * @param percent from 0 to 100
     * @return this
     */
    public JobHandlerTester cancelAtPercent(int percent) {
        cancelAtPercent = percent;
        return this;
    }

    /**
     * Runs one attempt, in this thread, until it ends.
     *
     * @return what it did and what becomes of the job; what the handler threw is in it, too
     * @throws java.io.UncheckedIOException its own directory cannot be made or removed
     */
    public TestedAttempt run() {
        try (TestedJob job = new TestedJob(this, Thread.currentThread())) {
            if (cancelAfter != null) {
                job.cancelAfter(cancelAfter);
            }
            TestedAttempt attempt = handle(job);
            job.end();
            return job.wasCancelled() ? TestedAttempt.cancelled(job) : attempt;
        }
    }

    private TestedAttempt handle(TestedJob job) {
        try {
            return TestedAttempt.returned(job, handler.handle(job));
        } catch (Throwable failure) {
            // All that a handler throws is its own failure, as it is with the daemon.
            return TestedAttempt.threw(job, failure);
        }
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    String queue() {
        return queue;
    }

    List<String> args() {
        return args;
    }

    Optional<String> payload() {
        return Optional.ofNullable(payload);
    }

    int attempt() {
        return attempt;
    }

    int lastAttempt() {
        return lastAttempt;
    }

    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    Optional<Path> directory() {
        return Optional.ofNullable(directory);
    }

    int cancelAtPercent() {
        return cancelAtPercent;
    }

    private static void check(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
