package org.workerd.job;

import java.util.HashMap;
import java.util.Map;

/**
 * How many jobs may run at once and how many may start in a time, over all daemons, and whose turn comes first.
 *
 * @param priorities by queue; jobs of a queue with a higher one go before those of all queues with a lower one, and
 *     only then do the jobs' own priorities count; a queue that is not there has 0
 */
public record Limits(Bounds queues, Bounds names, Map<String, Integer> priorities) {
    public static final Limits NONE = new Limits(Bounds.NONE, Bounds.NONE, Map.of());

    public Limits {
        priorities = Map.copyOf(priorities);
    }

    /**
     * By queue, or by the jobs' name; what is not there has no bound.
     *
     * @param concurrency how many run at once
     * @param rates how many start in a time
     */
    public record Bounds(Map<String, Integer> concurrency, Map<String, Rate> rates) {
        public static final Bounds NONE = new Bounds(Map.of(), Map.of());

        public Bounds {
            concurrency = Map.copyOf(concurrency);
            rates = Map.copyOf(rates);
        }
    }

    public boolean hasConcurrency() {
        return !queues.concurrency().isEmpty() || !names.concurrency().isEmpty();
    }

    public boolean hasRates() {
        return !queues.rates().isEmpty() || !names.rates().isEmpty();
    }

    public boolean isRated(String queue, String name) {
        return queues.rates().containsKey(queue) || names.rates().containsKey(name);
    }

    public int priority(String queue) {
        return priorities.getOrDefault(queue, 0);
    }

    /** With nothing running yet, and nothing started. */
    public Room room() {
        return new Room(this);
    }

    /** What the limits leave free, counted down. Not thread-safe. */
    public static final class Room {
        private final Map<String, Integer> queues;
        private final Map<String, Integer> names;

        private Room(Limits limits) {
            this.queues = new HashMap<>(limits.queues().concurrency());
            this.names = new HashMap<>(limits.names().concurrency());
        }

        public boolean has(String queue, String name) {
            return queues.getOrDefault(queue, 1) > 0 && names.getOrDefault(name, 1) > 0;
        }

        /** So many more of them run. */
        public void take(String queue, String name, int count) {
            queues.computeIfPresent(queue, (any, free) -> free - count);
            names.computeIfPresent(name, (any, free) -> free - count);
        }

        /** No more of this queue may start than these. */
        public void boundQueue(String queue, int starts) {
            queues.merge(queue, starts, Math::min);
        }

        /** No more of this name may start than these. */
        public void boundName(String name, int starts) {
            names.merge(name, starts, Math::min);
        }
    }
}
