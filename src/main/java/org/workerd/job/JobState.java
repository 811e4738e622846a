package org.workerd.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where a job is in its life, in the order in which people are shown the states. */
public enum JobState {
    BLOCKED,
    SCHEDULED,
    READY,
    RUNNING,
    RETRYING,
    DONE,
    DEAD,
    CANCELLED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word that people, the database and JSON use. */
    public String word() {
        return word;
    }

    public boolean isFinal() {
        return next().isEmpty() || this == DEAD || this == CANCELLED;
    }

    /** The states a job may move to from this one; an operator's {@code retry} revives what died or was cancelled. */
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

    /** Empty: no state has this word. */
    public static Optional<JobState> ofWord(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word().equals(word))
                .findFirst();
    }
}
