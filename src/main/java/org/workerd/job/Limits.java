package org.workerd.job;

import java.util.HashMap;
import java.util.Map;

/**
 * How many jobs may run at once, over all daemons.
 *
 * @param queues by queue; one that is not there has no limit
 * @param names by the jobs' name
 */
public record Limits(Map<String, Integer> queues, Map<String, Integer> names) {
    public static final Limits NONE = new Limits(Map.of(), Map.of());

    public Limits {
        queues = Map.copyOf(queues);
        names = Map.copyOf(names);
    }

    public boolean isEmpty() {
        return queues.isEmpty() && names.isEmpty();
    }

    /** With nothing running yet. */
    public Room room() {
        return new Room(this);
    }

    /** What the limits leave free, counted down. Not thread-safe. */
    public static final class Room {
        private final Map<String, Integer> queues;
        private final Map<String, Integer> names;

        private Room(Limits limits) {
            this.queues = new HashMap<>(limits.queues());
            this.names = new HashMap<>(limits.names());
        }

        public boolean has(String queue, String name) {
            return queues.getOrDefault(queue, 1) > 0 && names.getOrDefault(name, 1) > 0;
        }

        /** So many more of them run. */
        public void take(String queue, String name, int count) {
            queues.computeIfPresent(queue, (any, free) -> free - count);
            names.computeIfPresent(name, (any, free) -> free - count);
        }
    }
}
