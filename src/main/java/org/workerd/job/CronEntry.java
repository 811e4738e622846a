package org.workerd.job;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A job that is enqueued by the clock. Its times are called slots.
 *
 * @param job what is enqueued at each slot
 */
public record CronEntry(String id, Schedule schedule, ZoneId zone, NewJob job, Missed missed, Overlap overlap) {
    /**
     * A slot that is not run by then was missed: no daemon was there. As long as the finest step of a schedule, so that
     * a restart of the daemon, or a busy moment, misses nothing.
     */
    public static final Duration GRACE = Duration.ofMinutes(1);
    /** What {@code missed = "all"} runs at most; of more, the latest. */
    public static final int MOST_AT_ONCE = 1_000;

    /** What becomes of the slots that passed while no daemon ran. */
    public enum Missed {
        /** One job for all of them. */
        ONCE,
        SKIP,
        /** A job for each. */
        ALL
    }

    /** What becomes of a slot while the entry's previous job has not ended. */
    public enum Overlap {
        SKIP,
        QUEUE
    }

    public CronEntry {
        Names.checked("a cron ID", id);
    }

    /** What its slots depend on. */
    public String timing() {
        return schedule.text() + ' ' + zone.getId();
    }

    /**
     * Whether these are the slots of that timing, too, from an instant on. Zones are compared by their rules: one zone
     * has many names, and a machine may change from one to another.
     */
    public boolean hasTiming(String other, Instant from) {
        int end = other.lastIndexOf(' ');
        if (timing().equals(other) || end < 0 || !other.substring(0, end).equals(schedule.text())) {
            return timing().equals(other);
        }
        try {
            return hasRules(ZoneId.of(other.substring(end + 1)).getRules(), from);
        } catch (DateTimeException unknown) {
            return false;
        }
    }

    private boolean hasRules(ZoneRules other, Instant from) {
        ZoneRules rules = zone.getRules();
        return rules.equals(other)
                || (rules.getOffset(from).equals(other.getOffset(from))
                        && rules.getTransitionRules().equals(other.getTransitionRules())
                        && transitions(rules, from).equals(transitions(other, from)));
    }

    private static List<ZoneOffsetTransition> transitions(ZoneRules rules, Instant from) {
        return rules.getTransitions().stream()
                .filter(transition -> !transition.getInstant().isBefore(from))
                .toList();
    }

    /** Empty: there is none before the calendar ends. */
    public Optional<Instant> next(Instant after) {
        return schedule.next(after, zone);
    }

    /** The job of one slot, which it shows as its time to run. */
    public NewJob jobAt(Instant slot) {
        return job.withRunAt(slot);
    }

    /**
     * What is to be done now.
     *
     * @param slots those to run, the earliest first
     * @param late the first of them was missed
     * @param passedOver the first of those that get no job of their own, if there are any
     */
    public record Due(List<Instant> slots, boolean late, Optional<Instant> passedOver) {
        public static final Due NOTHING = new Due(List.of(), false, Optional.empty());

        public Due {
            slots = List.copyOf(slots);
        }

        public boolean isNothing() {
            return slots.isEmpty() && passedOver.isEmpty();
        }

        /** The earliest slot of all, run or not. */
        public Instant first() {
            return passedOver.orElseGet(() -> slots.get(0));
        }
    }

    /** What is due of the slots after the last that was dealt with, by the rule for what was missed. */
    public Due due(Instant lastRun, Instant now) {
        Instant first = next(lastRun).orElse(Instant.MAX);
        if (first.isAfter(now)) {
            return Due.NOTHING;
        }
        List<Instant> latest = latest(lastRun, now, missed == Missed.ALL ? MOST_AT_ONCE : 1);
        boolean late = latest.get(0).plus(GRACE).isBefore(now);
        List<Instant> slots = late && missed == Missed.SKIP ? List.of() : latest;
        boolean complete = !slots.isEmpty() && slots.get(0).equals(first);
        return new Due(slots, late, complete ? Optional.empty() : Optional.of(first));
    }

    /** Regardless of the overlap: for what was missed it says itself that there may be many jobs at once. */
    public boolean runsBeside(Due due) {
        return overlap == Overlap.QUEUE || (missed == Missed.ALL && due.late());
    }

    /** The last slots up to now, at most so many. Looks back twice as far each time: years of minutes are not walked. */
    private List<Instant> latest(Instant after, Instant until, int most) {
        Duration back = Duration.ofMinutes(most);
        while (until.minus(back).isAfter(after)) {
            List<Instant> found = slots(until.minus(back), until);
            if (found.size() >= most) {
                return found.subList(found.size() - most, found.size());
            }
            back = back.multipliedBy(2);
        }
        List<Instant> all = slots(after, until);
        return all.subList(Math.max(0, all.size() - most), all.size());
    }

    private List<Instant> slots(Instant after, Instant until) {
        List<Instant> slots = new ArrayList<>();
        Instant slot = next(after).orElse(Instant.MAX);
        while (!slot.isAfter(until)) {
            slots.add(slot);
            slot = next(slot).orElse(Instant.MAX);
        }
        return slots;
    }
}
