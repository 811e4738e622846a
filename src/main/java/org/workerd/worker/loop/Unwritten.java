package org.workerd.worker.loop;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.End;

/**
 * A verdict that the database has not taken yet.
 *
 * @param finish found perhaps long before it can be written
 * @param end null: it never began, and nobody was told that it would
 * @param alarm null: none is to be raised
 */
record Unwritten(Moves.Finish finish, @Nullable End end, AlarmRaising.@Nullable Alarm alarm) {
    Claim claim() {
        return finish.claim();
    }

    Verdict verdict() {
        return finish.verdict();
    }

    /** It could not be started, or not go on: the machine was short of something. */
    boolean lackedResources() {
        return end != null && (end.outcome() instanceof Outcome.NotStarted || end.outcome() instanceof Outcome.Starved);
    }

    /** What its handler said last. */
    Optional<Progress> progress() {
        return end == null ? Optional.empty() : end.execution().signs().progress();
    }
}
