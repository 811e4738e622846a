package org.workerd.job;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as somebody asks for it, before it has an id. What is not set is left to the database or the configuration.
 * Immutable.
 *
 * <pre>{@code
 * NewJob job = NewJob.named("resize")
 *         .arg("a.png")
 *         .payload("{\"width\": 800}")
 *         .queue("media")
 *         .key("resize:a.png")
 *         .maxAttempts(3)
 *         .build();
 * NewJob another = NewJob.of("mail", "ann");
 * }</pre>
 */
public final class NewJob {
    public static final String DEFAULT_QUEUE = "default";
    /** In bytes of UTF-8. */
    public static final int LONGEST_PAYLOAD = 1 << 20;
    /** All arguments together, in bytes of UTF-8 and a NUL each: Linux gives no program a single longer one. */
    public static final int LONGEST_ARGS = 1 << 17;

    private final Values values;

    private NewJob(Values values) {
        this.values = values;
    }

    /** A job of this name with these arguments, and nothing else set. Throws as {@link Builder#build} does. */
    public static NewJob of(String name, String... args) {
        return named(name).args(List.of(args)).build();
    }

    /** A job of this name, of which more is to be said. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** For a job that is like this one but for what is set there; {@link Builder#arg} and {@link Builder#after(long)} add. */
    public Builder toBuilder() {
        return named(name())
                .args(args())
                .payload(payload())
                .queue(queue())
                .priority(priority())
                .runAt(runAt())
                .key(key())
                .maxAttempts(maxAttempts())
                .timeout(timeout())
                .after(after());
    }

    /** Of its handler. */
    public String name() {
        return values.name;
    }

    /** What a program gets as its arguments; unmodifiable. */
    public List<String> args() {
        return values.args;
    }

    /** What a program gets as its input: JSON or any text. Null: none. */
    public @Nullable String payload() {
        return values.payload;
    }

    public String queue() {
        return values.queue;
    }

    /** From -100 to 100, higher first. */
    public int priority() {
        return values.priority;
    }

    /** When it is due. Null: now. */
    public @Nullable Instant runAt() {
        return values.runAt;
    }

    /** While a job with this key has not ended, no other with it is stored. Null: none. */
    public @Nullable String key() {
        return values.key;
    }

    /** After so many attempts that failed it is dead. Null: as the daemon's settings say. */
    public @Nullable Integer maxAttempts() {
        return values.maxAttempts;
    }

    /** How long an attempt may take. Null: as the daemon's settings say. */
    public @Nullable Duration timeout() {
        return values.timeout;
    }

    /** The ids of the jobs that must be done before it runs; unmodifiable. */
    public List<Long> after() {
        return values.after;
    }

    /** It has no key and waits for no other job: what else the queue holds is of no importance to it. */
    public boolean isPlain() {
        return key() == null && after().isEmpty();
    }

    /** As {@link Builder#payload}, for one thing more; so are the others. */
    public NewJob withPayload(@Nullable String text) {
        return toBuilder().payload(text).build();
    }

    public NewJob withQueue(String other) {
        return toBuilder().queue(other).build();
    }

    public NewJob withPriority(int other) {
        return toBuilder().priority(other).build();
    }

    public NewJob withRunAt(@Nullable Instant due) {
        return toBuilder().runAt(due).build();
    }

    public NewJob withKey(@Nullable String unique) {
        return toBuilder().key(unique).build();
    }

    public NewJob withMaxAttempts(@Nullable Integer most) {
        return toBuilder().maxAttempts(most).build();
    }

    public NewJob withTimeout(@Nullable Duration longest) {
        return toBuilder().timeout(longest).build();
    }

    public NewJob withAfter(List<Long> ids) {
        return toBuilder().after(ids).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NewJob job && values.equals(job.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "NewJob" + values.toString().substring("Values".length());
    }

    /** Says of a job what is not left to the defaults, in any order; nothing is checked before it is built. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final List<String> args = new ArrayList<>();
        private final List<Long> after = new ArrayList<>();
        private @Nullable String payload;
        private String queue = DEFAULT_QUEUE;
        private int priority;
        private @Nullable Instant runAt;
        private @Nullable String key;
        private @Nullable Integer maxAttempts;
        private @Nullable Duration timeout;

        private Builder(String name) {
            this.name = name;
        }

        /** One more argument; no NUL in it, all of them together at most 128 KiB. */
        public Builder arg(String next) {
            args.add(next);
            return this;
        }

        /** These arguments, and no others. */
        public Builder args(Collection<String> all) {
            args.clear();
            args.addAll(all);
            return this;
        }

        /** JSON or any text, at most 1 MiB of UTF-8. Null: none. */
        public Builder payload(@Nullable String text) {
            payload = text;
            return this;
        }

        /** Else {@code default}; a name as a job's. */
        public Builder queue(String other) {
            queue = other;
            return this;
        }

        /** From -100 to 100, higher first; else 0. */
        public Builder priority(int other) {
            priority = other;
            return this;
        }

        /** To the millisecond, from 2001 to 9999. Null, or what has passed: at once. */
        public Builder runAt(@Nullable Instant due) {
            runAt = due;
            return this;
        }

        /** From 1 to 512 bytes of UTF-8. Null: none. */
        public Builder key(@Nullable String unique) {
            key = unique;
            return this;
        }

        /** From 1 to 1000. Null: as the daemon's settings say. */
        public Builder maxAttempts(@Nullable Integer most) {
            maxAttempts = most;
            return this;
        }

        /** At least a millisecond. Null: as the daemon's settings say. */
        public Builder timeout(@Nullable Duration longest) {
            timeout = longest;
            return this;
        }

        /** Waits for this job, too. */
        public Builder after(long id) {
            after.add(id);
            return this;
        }

        /** Waits for these jobs, and no others. */
        public Builder after(Collection<Long> ids) {
            after.clear();
            after.addAll(ids);
            return this;
        }

        /**
         * The job.
         *
         * @throws IllegalArgumentException no job may have one of the values; its message is a sentence for people
         */
        public NewJob build() {
            return new NewJob(
                    new Values(name, args, payload, queue, priority, runAt, key, maxAttempts, timeout, after));
        }
    }

    private record Values(
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
        private Values {
            Names.checked("the job's name", name);
            Names.checked("the queue's name", queue);
            args = List.copyOf(args);
            after = List.copyOf(after);
            args.forEach(arg -> checkUnicode("an argument", arg));
            checkUnicode("the payload", payload);
            checkUnicode("the key", key);
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
                    runAt == null
                            || (runAt.getEpochSecond() >= 978_307_200L && runAt.getEpochSecond() < 253_402_300_800L),
                    "the time to run at must lie between the years 2001 and 9999");
            check(after.stream().allMatch(id -> id > 0), "the ids to wait for must be positive");
        }

        /** Else it would be stored as another text. */
        private static void checkUnicode(String what, @Nullable String text) {
            int half = text == null ? -1 : Unicode.halfCharacter(text);
            check(half < 0, what + " is not Unicode: it holds half a character, \\u" + Integer.toHexString(half));
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
}
