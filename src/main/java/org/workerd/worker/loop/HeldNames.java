package org.workerd.worker.loop;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Outcome;
import org.workerd.job.Span;

/**
 * The names whose handler could not be started for a reason of its own: their jobs wait, longer from one try to the
 * next, and those of all other names do not. On the monotonic clock; for the loop's thread.
 */
final class HeldNames {
    private static final Logger LOG = LoggerFactory.getLogger(HeldNames.class);
    private static final Duration FIRST = Duration.ofMillis(100);
    /** Nothing tells us when a program is closed or an interpreter installed. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Map<String, Hold> holds = new HashMap<>();

    /** @param until in nanoseconds */
    private record Hold(String reason, Duration pause, long until) {}

    /** How an attempt of this name ended. */
    void ended(String name, Outcome outcome) {
        if (outcome instanceof Outcome.HandlerUnusable unusable) {
            hold(name, unusable.reason());
        } else if (!(outcome instanceof Outcome.NotStarted) && holds.remove(name) != null) {
            LOG.info("jobs named {} run again", name);
        }
    }

    private void hold(String name, String reason) {
        Hold before = holds.get(name);
        if (before != null && left(before) > 0) {
            // Of several that were claimed together the first one counts.
            return;
        }
        if (before == null || !before.reason().equals(reason)) {
            LOG.warn("jobs named {} wait and are retried: {}", name, reason);
        }
        Duration pause = before == null ? FIRST : Span.shorter(before.pause().multipliedBy(2), LONGEST);
        holds.put(name, new Hold(reason, pause, System.nanoTime() + pause.toNanos()));
    }

    boolean isHeld(String name) {
        Hold hold = holds.get(name);
        return hold != null && left(hold) > 0;
    }

    /** Until the first of them is tried again; empty: none is held. */
    Optional<Duration> untilNext() {
        return holds.values().stream()
                .map(HeldNames::left)
                .filter(left -> left > 0)
                .min(Long::compare)
                .map(Duration::ofNanos);
    }

    private static long left(Hold hold) {
        return hold.until() - System.nanoTime();
    }
}
