package org.workerd.ops;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.store.JobQueries.Filter;

/**
 * Which jobs, as people say it; null and empty mean any.
 *
 * @param states by their words
 * @param since enqueued within this time
 * @param finishedSince ended within this time
 * @param error a part of it
 */
public record JobFilters(
        List<String> states,
        @Nullable String queue,
        @Nullable String name,
        @Nullable String key,
        @Nullable String tag,
        @Nullable String cron,
        @Nullable Duration since,
        @Nullable Duration finishedSince,
        @Nullable String error) {
    public JobFilters {
        states = List.copyOf(states);
    }

    /** No state has this word. */
    public static final class UnknownStateException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String word;

        UnknownStateException(String word) {
            super("no job has the state \"" + Names.printable(word) + "\"");
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * What the queue is asked for.
     *
     * @throws UnknownStateException when a state is none
     */
    public Filter at(Instant now) {
        Set<JobState> wanted = EnumSet.noneOf(JobState.class);
        for (String word : states) {
            wanted.add(JobState.ofWord(word).orElseThrow(() -> new UnknownStateException(word)));
        }
        return new Filter(wanted, queue, name, key, ago(since, now), ago(finishedSince, now), error, cron, tag);
    }

    private static @Nullable Instant ago(@Nullable Duration age, Instant now) {
        return age == null ? null : now.minus(age);
    }
}
