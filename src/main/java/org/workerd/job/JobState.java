package org.workerd.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where a job is in its life, in the order in which people are shown the states. */
public enum JobState {
    /** It waits for other jobs. */
    BLOCKED,
    /** It is not due yet. */
    SCHEDULED,
    /** It is due. */
    READY,
    /** An attempt runs. */
    RUNNING,
    /** An attempt failed, and it waits for the next. */
    RETRYING,
    /** It ended well. Final. */
    DONE,
    /** It is out of attempts, or its handler gave up. Final, until somebody retries it. */
    DEAD,
    /** Somebody ended it. Final, until somebody retries it. */
    CANCELLED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** {@return the word that people, the database and JSON use, like {@code ready}} */
    public String word() {
        return word;
    }

    /** {@return whether it stays like this: done, dead or cancelled} */
    public boolean isFinal() {
        return next().isEmpty() || this == DEAD || this == CANCELLED;
    }

    /** {@return the states a job may move to from this one; {@code retry} revives what died or was cancelled} */
    public Set<JobState> next() {
        return switch (this) {
            case BLOCKED -> Set.of(READY, SCHEDULED, CANCELLED);
            case SCHEDULED, RETRYING -> Set.of(READY, CANCELLED);
            case READY -> Set.of(RUNNING, CANCELLED);
            case RUNNING -> Set.of(READY, SCHEDULED, RETRYING, DONE, DEAD, CANCELLED);
            case DEAD, CANCELLED -> Set.of(READY, BLOCKED);
            case DONE -> Set.of();
        };
    }

    /**
     * The state of a {@link #word}.
     *
     * @param word in small letters
     * @return empty: no state has this word
     */
    public static Optional<JobState> ofWord(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word().equals(word))
                .findFirst();
    }
}
