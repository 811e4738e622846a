package org.workerd.worker.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Lane;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Slots;

/** Claims what is of use now: for the free slots, and ahead what will end within a moment. For the loop's thread. */
final class Claiming {
    private static final Logger LOG = LoggerFactory.getLogger(Claiming.class);

    private final long daemon;
    private final Slots slots;
    private final LaneFilter filter;
    private final LaneFilter alarmFilter;
    private boolean isCut;
    private boolean isTold;

    Claiming(long daemon, Slots slots, HeldNames held) {
        this.daemon = daemon;
        this.slots = slots;
        this.filter = new LaneFilter(held);
        this.alarmFilter = new LaneFilter(held);
    }

    List<Claim> claim(Moves moves, Plan plan, Instant now) {
        List<Claim> claimed = new ArrayList<>(alarm(moves, plan, now));
        claimed.addAll(ordinary(moves, plan, now));
        return claimed;
    }

    /** At most one, for the slot that nothing else is run in, however full the others and the memory are. */
    private List<Claim> alarm(Moves moves, Plan plan, Instant now) {
        if (!slots.isAlarmSlotFree()) {
            return List.of();
        }
        List<Lane> lanes = alarmFilter.runnable(moves.alarmLanesWithReady(), plan.handlers());
        return lanes.isEmpty() ? List.of() : moves.claim(daemon, lanes, plan.limits(), Moves.Most.of(1), now);
    }

    private List<Claim> ordinary(Moves moves, Plan plan, Instant now) {
        Moves.Most room = slots.room(plan.concurrency());
        List<Claim> claimed = room.isNothing() ? List.of() : claim(moves, plan, room, now);
        Moves.Most left = room.without(claimed);
        isCut = left.jobs() > 0 && left.size() <= 0;
        if (isCut && claimed.isEmpty() && !isTold) {
            LOG.warn(
                    "{} slots stay free for now: the payloads and results of running jobs use up their share of the heap;"
                            + " to run more, raise WORKERD_HEAP",
                    left.jobs());
        }
        isTold = isCut && (isTold || claimed.isEmpty());
        return claimed;
    }

    /** It would have been more, had there been room in memory. */
    boolean isCut() {
        return isCut;
    }

    private List<Claim> claim(Moves moves, Plan plan, Moves.Most room, Instant now) {
        Limits limits = plan.limits();
        List<Lane> lanes = filter.runnable(moves.lanesWithReady(), plan.handlers());
        if (!limits.hasRates()) {
            return moves.claim(daemon, lanes, limits, room, now);
        }
        // What counts as a start begins at once: it is not claimed ahead.
        Moves.Most free = room.withJobs(slots.free(plan.concurrency()));
        List<Claim> claimed = new ArrayList<>(moves.claim(daemon, lanes, limits, free, now));
        List<Lane> unrated = lanes.stream()
                .filter(lane -> !limits.isRated(lane.queue(), lane.name()))
                .toList();
        claimed.addAll(moves.claim(daemon, unrated, limits, room.without(claimed), now));
        return claimed;
    }
}
