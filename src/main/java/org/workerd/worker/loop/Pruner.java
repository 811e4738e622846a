package org.workerd.worker.loop;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Retention;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Pruned;
import org.workerd.worker.attempt.OutputFiles;

/**
 * Applies the retention: walks over what has ended in short steps, one a turn of the loop, and begins a new walk when
 * it can matter again.
 */
final class Pruner {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
    private static final int AT_ONCE = 500;
    /** Between the steps others get to write. */
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(100);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    /** Whoever waits for a job sees by then how it ended, even if it is not to be kept at all. */
    private static final Duration SEEN = Duration.ofSeconds(2);
    /** A job stays this part of its time longer than it has to. */
    private static final int PARTS = 100;

    private final OutputFiles outputs;
    private @Nullable Retention applied;
    private long next;
    private long removed;
    /** On the monotonic clock, in nanoseconds. */
    private long due = System.nanoTime();

    Pruner(OutputFiles outputs) {
        this.outputs = outputs;
    }

    /** A step, if one is due. How long none will be. */
    Duration turn(Retention retention, Instant now, JobStore store) {
        if (!retention.equals(applied)) {
            applied = retention;
            next = 0;
            due = System.nanoTime();
        }
        if (due - System.nanoTime() > 0) {
            return Duration.ofNanos(due - System.nanoTime());
        }
        Step step = store.transaction(moves -> step(moves, retention, now));
        removed += step.pruned().jobs().size();
        removeOutputs(step);
        Duration pause = step.pruned().isLast() ? ended(retention) : BETWEEN_STEPS;
        next = step.pruned().isLast() ? 0 : step.pruned().next();
        due = System.nanoTime() + pause.toNanos();
        return pause;
    }

    private record Step(Pruned pruned, Optional<Long> oldest) {}

    private Step step(Moves moves, Retention retention, Instant now) {
        Pruned pruned = moves.prune(retention, now.minus(SEEN), next, AT_ONCE);
        return new Step(pruned, pruned.isLast() ? moves.oldest() : Optional.empty());
    }

    /** What cannot be removed goes with its directory, once all jobs of that have gone. */
    private void removeOutputs(Step step) {
        try {
            outputs.remove(step.pruned().jobs());
            if (step.oldest().isPresent()) {
                outputs.removeBelow(step.oldest().get());
            }
        } catch (IOException failure) {
            LOG.warn("cannot remove the output of deleted jobs: {}", failure.toString());
        }
    }

    private Duration ended(Retention retention) {
        if (removed > 0) {
            LOG.info("retention: deleted {} ended jobs", removed);
            removed = 0;
        }
        Duration pause = retention.shortest().dividedBy(PARTS);
        Duration longEnough = pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
        return longEnough.compareTo(LONGEST_PAUSE) < 0 ? longEnough : LONGEST_PAUSE;
    }
}
