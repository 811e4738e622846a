package org.workerd.worker.loop;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.worker.attempt.Slots;

/**
 * A claim whose verdict is found, and perhaps not written yet.
 *
 * @param at when it was found, which may be long before it can be written
 * @param ended null: it never began, and nobody was told that it would
 * @param alarm null: none is to be raised
 */
record Judged(
        Claim claim, Verdict verdict, Instant at, Slots.@Nullable Ended ended, AlarmRaising.@Nullable Alarm alarm) {
    /** It could not be started, or not go on: the machine was short of something. */
    boolean lackedResources() {
        return ended != null
                && (ended.outcome() instanceof Outcome.NotStarted || ended.outcome() instanceof Outcome.Starved);
    }

    /** What its handler said last. */
    Optional<Progress> progress() {
        return ended == null ? Optional.empty() : ended.execution().signs().progress();
    }
}
