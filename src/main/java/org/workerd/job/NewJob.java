package org.workerd.job;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as somebody asks for it, before it has an id. What is null is left to the database or the configuration.
 *
 * <pre>{@code
 * NewJob job = NewJob.of("resize", "a.png").withPayload("{\"width\": 800}").withKey("resize:a.png");
 * }</pre>
 *
 * @param name of its handler
 * @param args what a program gets as its arguments
 * @param payload what a program gets as its input: JSON or any text
 * @param priority -100 to 100, higher first
 * @param runAt when it is due; null: now
 * @param key while a job with this key has not ended, no other with it is stored
 * @param after the ids of the jobs that must be done before it runs
 */
public record NewJob(
        String name,
        List<String> args,
        @Nullable String payload,
        String queue,
        int priority,
        @Nullable Instant runAt,
        @Nullable String key,
        @Nullable Integer maxAttempts,
        @Nullable Duration timeout,
        List<Long> after) {

    public static final String DEFAULT_QUEUE = "default";
    /** In bytes of UTF-8. */
    public static final int LONGEST_PAYLOAD = 1 << 20;
    /** All arguments together, in bytes of UTF-8 and a NUL each: Linux gives no program a single longer one. */
    public static final int LONGEST_ARGS = 1 << 17;

    public NewJob {
        Names.checked("the job's name", name);
        Names.checked("the queue's name", queue);
        args = List.copyOf(args);
        after = List.copyOf(after);
        check(
                args.stream().noneMatch(arg -> arg.indexOf('\0') >= 0),
                "an argument must not hold a NUL character: no program can be given one");
        check(
                args.stream().mapToLong(arg -> bytes(arg) + 1L).sum() <= LONGEST_ARGS,
                "the arguments must be at most 128 KiB together: use the payload for more");
        check(payload == null || bytes(payload) <= LONGEST_PAYLOAD, "the payload must be at most 1 MiB");
        check(priority >= -100 && priority <= 100, "the priority must be -100 to 100, was " + priority);
        check(
                key == null || (!key.isEmpty() && bytes(key) <= 512),
                "the key must be 1 to 512 bytes; leave it away for none");
        check(
                maxAttempts == null || (maxAttempts >= 1 && maxAttempts <= 1000),
                "max attempts must be 1 to 1000, was " + maxAttempts);
        check(
                timeout == null || timeout.toMillis() >= 1,
                "the timeout must be at least 1ms, was " + (timeout == null ? "" : Span.format(timeout)));
        check(
                runAt == null || (runAt.getEpochSecond() >= 978_307_200L && runAt.getEpochSecond() < 253_402_300_800L),
                "the time to run at must lie between the years 2001 and 9999");
        check(after.stream().allMatch(id -> id > 0), "the ids to wait for must be positive");
    }

    /** A job of this name with these arguments, and nothing else set. */
    public static NewJob of(String name, String... args) {
        return new NewJob(name, List.of(args), null, DEFAULT_QUEUE, 0, null, null, null, null, List.of());
    }

    public NewJob withPayload(@Nullable String text) {
        return new NewJob(name, args, text, queue, priority, runAt, key, maxAttempts, timeout, after);
    }

    public NewJob withQueue(String other) {
        return new NewJob(name, args, payload, other, priority, runAt, key, maxAttempts, timeout, after);
    }

    public NewJob withPriority(int other) {
        return new NewJob(name, args, payload, queue, other, runAt, key, maxAttempts, timeout, after);
    }

    public NewJob withRunAt(@Nullable Instant due) {
        return new NewJob(name, args, payload, queue, priority, due, key, maxAttempts, timeout, after);
    }

    public NewJob withKey(@Nullable String unique) {
        return new NewJob(name, args, payload, queue, priority, runAt, unique, maxAttempts, timeout, after);
    }

    public NewJob withMaxAttempts(@Nullable Integer most) {
        return new NewJob(name, args, payload, queue, priority, runAt, key, most, timeout, after);
    }

    public NewJob withTimeout(@Nullable Duration longest) {
        return new NewJob(name, args, payload, queue, priority, runAt, key, maxAttempts, longest, after);
    }

    /** It has no key and waits for no other job: what else the queue holds is of no importance to it. */
    public boolean isPlain() {
        return key == null && after.isEmpty();
    }

    public NewJob withAfter(List<Long> ids) {
        return new NewJob(name, args, payload, queue, priority, runAt, key, maxAttempts, timeout, ids);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void check(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
