package org.workerd.job;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
    /** The queue of a job that says none. */
    public static final String DEFAULT_QUEUE = "default";
    /** Of the payload, in bytes of UTF-8: 1 MiB. */
    public static final int LONGEST_PAYLOAD = 1 << 20;
    /** Of all arguments together, in bytes of UTF-8 and a NUL each: Linux gives no program a single longer one. 128 KiB. */
    public static final int LONGEST_ARGS = 1 << 17;
    /** Of a job. */
    public static final int MOST_TAGS = 32;
    /** In bytes of UTF-8. */
    public static final int LONGEST_TAG = 128;

    private final Values values;

    private NewJob(Values values) {
        this.values = values;
    }

    /**
     * A job with arguments, and nothing else set.
     *
     * @param name of its handler
     * @param args all of its arguments
     * @return the job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public static NewJob of(String name, String... args) {
        return named(name).args(List.of(args)).build();
    }

    /**
     * A job of which more is to be said.
     *
     * @param name of its handler: 1 to 128 of A-Z a-z 0-9 . _ - and the first a letter or digit
     * @return what says it
     */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /**
     * For a job that is like this one but for what is set there; {@link Builder#arg}, {@link Builder#after(long)}
     * and {@link Builder#tag} add.
     *
     * @return what sets it
     */
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
                .after(after())
                .tags(tags());
    }

    /** {@return the name of its handler} */
    public String name() {
        return values.name;
    }

    /** {@return what a program gets as its arguments; unmodifiable} */
    public List<String> args() {
        return values.args;
    }

    /** {@return what a program gets as its input: JSON or any text; null: none} */
    public @Nullable String payload() {
        return values.payload;
    }

    /** {@return the queue that it is put into} */
    public String queue() {
        return values.queue;
    }

    /** {@return from -100 to 100, higher first} */
    public int priority() {
        return values.priority;
    }

    /** {@return when it is due; null: now} */
    public @Nullable Instant runAt() {
        return values.runAt;
    }

    /** {@return its unique key: while a job with it has not ended, no other with it is stored; null: none} */
    public @Nullable String key() {
        return values.key;
    }

    /** {@return after how many attempts that failed it is dead; null: as the daemon's settings say} */
    public @Nullable Integer maxAttempts() {
        return values.maxAttempts;
    }

    /** {@return how long an attempt may take; null: as the daemon's settings say} */
    public @Nullable Duration timeout() {
        return values.timeout;
    }

    /** {@return the ids of the jobs that must be done before it runs; unmodifiable} */
    public List<Long> after() {
        return values.after;
    }

    /** {@return words by which it can be found, each once; unmodifiable} */
    public List<String> tags() {
        return values.tags;
    }

    /**
     * {@return whether it has no key, waits for no other job, and has no payload that a database may refuse for the character
     * NUL in it: it can be stored together with others, for nothing that the queue holds is of importance to it}
     */
    public boolean isPlain() {
        String payload = payload();
        return key() == null && after().isEmpty() && (payload == null || payload.indexOf('\0') < 0);
    }

    /**
     * This job with one thing changed.
     *
     * @param text as {@link Builder#payload}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withPayload(@Nullable String text) {
        return toBuilder().payload(text).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param other as {@link Builder#queue}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withQueue(String other) {
        return toBuilder().queue(other).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param other as {@link Builder#priority}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withPriority(int other) {
        return toBuilder().priority(other).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param due as {@link Builder#runAt}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withRunAt(@Nullable Instant due) {
        return toBuilder().runAt(due).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param unique as {@link Builder#key}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withKey(@Nullable String unique) {
        return toBuilder().key(unique).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param most as {@link Builder#maxAttempts}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withMaxAttempts(@Nullable Integer most) {
        return toBuilder().maxAttempts(most).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param longest as {@link Builder#timeout}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withTimeout(@Nullable Duration longest) {
        return toBuilder().timeout(longest).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param ids as {@link Builder#after(Collection)}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withAfter(List<Long> ids) {
        return toBuilder().after(ids).build();
    }

    /**
     * This job with one thing changed.
     *
     * @param words as {@link Builder#tags(Collection)}
     * @return another job
     * @throws IllegalArgumentException as {@link Builder#build} does
     */
    public NewJob withTags(List<String> words) {
        return toBuilder().tags(words).build();
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
        private final Set<String> tags = new LinkedHashSet<>();
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

        /**
         * One more argument.
         *
         * @param next no NUL in it; all of them together at most 128 KiB
         * @return this
         */
        public Builder arg(String next) {
            args.add(next);
            return this;
        }

        /**
         * These arguments, and no others.
         *
         * @param all in order, as {@link #arg}
         * @return this
         */
        public Builder args(Collection<String> all) {
            args.clear();
            args.addAll(all);
            return this;
        }

        /**
         * Its input, which a program reads from stdin.
         *
         * @param text JSON or any text, at most 1 MiB of UTF-8; null: none
         * @return this
         */
        public Builder payload(@Nullable String text) {
            payload = text;
            return this;
        }

        /**
         * Else it is {@code default}.
         *
         * @param other a name of the form of a job's
         * @return this
         */
        public Builder queue(String other) {
            queue = other;
            return this;
        }

        /**
         * Else it is 0.
         *
         * @param other from -100 to 100, higher first
         * @return this
         */
        public Builder priority(int other) {
            priority = other;
            return this;
        }

        /**
         * When it is due.
         *
         * @param due to the millisecond, from 2001 to 9999; null, or what has passed: at once
         * @return this
         */
        public Builder runAt(@Nullable Instant due) {
            runAt = due;
            return this;
        }

        /**
         * While a job with this key has not ended, no other with it is stored.
         *
         * @param unique from 1 to 512 bytes of UTF-8; null: none
         * @return this
         */
        public Builder key(@Nullable String unique) {
            key = unique;
            return this;
        }

        /**
         * After so many attempts that failed it is dead.
         *
         * @param most from 1 to 1000; null: as the daemon's settings say
         * @return this
         */
        public Builder maxAttempts(@Nullable Integer most) {
            maxAttempts = most;
            return this;
        }

        /**
         * How long an attempt may take.
         *
         * @param longest at least a millisecond; null: as the daemon's settings say
         * @return this
         */
        public Builder timeout(@Nullable Duration longest) {
            timeout = longest;
            return this;
        }

        /**
         * It waits for this job, too: until that is done.
         *
         * @param id of a job that is stored
         * @return this
         */
        public Builder after(long id) {
            after.add(id);
            return this;
        }

        /**
         * It waits for these jobs, and no others.
         *
         * @param ids of jobs that are stored
         * @return this
         */
        public Builder after(Collection<Long> ids) {
            after.clear();
            after.addAll(ids);
            return this;
        }

        /**
         * One more word by which it can be found, like {@code customer:42}.
         *
         * @param word from 1 to 128 bytes of UTF-8, no control characters; a second time it changes nothing
         * @return this
         */
        public Builder tag(String word) {
            tags.add(word);
            return this;
        }

        /**
         * These tags, and no others.
         *
         * @param words at most 32, as {@link #tag}
         * @return this
         */
        public Builder tags(Collection<String> words) {
            tags.clear();
            tags.addAll(words);
            return this;
        }

        /**
         * The job.
         *
         * @return what was said, checked
         * @throws IllegalArgumentException no job may have one of the values; its message is a sentence for people
         */
        public NewJob build() {
            return new NewJob(new Values(
                    name, args, payload, queue, priority, runAt, key, maxAttempts, timeout, after, List.copyOf(tags)));
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
            List<Long> after,
            List<String> tags) {
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
                    "an argument must not contain a NUL character");
            check(
                    args.stream().mapToLong(arg -> bytes(arg) + 1L).sum() <= LONGEST_ARGS,
                    "the arguments must be at most 128 KiB together; use the payload for more");
            check(payload == null || bytes(payload) <= LONGEST_PAYLOAD, "the payload must be at most 1 MiB");
            check(priority >= -100 && priority <= 100, "the priority must be -100 to 100, was " + priority);
            check(
                    key == null || (!key.isEmpty() && bytes(key) <= 512),
                    "the key must be 1 to 512 bytes; leave it out for no key");
            check(
                    maxAttempts == null || (maxAttempts >= 1 && maxAttempts <= 1000),
                    "max attempts must be 1 to 1000, was " + maxAttempts);
            check(
                    timeout == null || timeout.toMillis() >= 1,
                    "the timeout must be at least 1ms, was " + (timeout == null ? "" : Span.format(timeout)));
            check(
                    runAt == null
                            || (runAt.getEpochSecond() >= 978_307_200L && runAt.getEpochSecond() < 253_402_300_800L),
                    "the time to run at must be between the years 2001 and 9999");
            check(after.stream().allMatch(id -> id > 0), "the ids to wait for must be positive");
            check(tags.size() <= MOST_TAGS, "a job has at most 32 tags");
            tags.forEach(Values::checkTag);
        }

        /** Else it would be stored as another text. */
        private static void checkUnicode(String what, @Nullable String text) {
            int half = text == null ? -1 : Unicode.halfCharacter(text);
            check(half < 0, what + " is not Unicode: it holds half a character, \\u" + Integer.toHexString(half));
        }

        private static void checkTag(String tag) {
            checkUnicode("a tag", tag);
            check(!tag.isEmpty() && bytes(tag) <= LONGEST_TAG, "a tag must be 1 to 128 bytes");
            check(tag.chars().noneMatch(Character::isISOControl), "a tag must not contain control characters");
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
