package org.workerd.cli.text;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;

/** The colours of states, as terminals number them; the word is always there, too. Stateless. */
public final class StateColours {
    private static final Map<String, String> COLOURS = Map.of(
            JobState.RUNNING.word(), "36",
            JobState.DONE.word(), "32",
            JobState.RETRYING.word(), "33",
            JobState.DEAD.word(), "31",
            JobState.CANCELLED.word(), "35");

    private StateColours() {}

    /** What waits has none. */
    public static @Nullable String of(String state) {
        return COLOURS.get(state);
    }
}
