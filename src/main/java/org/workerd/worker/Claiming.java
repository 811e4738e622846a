package org.workerd.worker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Lane;

/** Claims what is of use now: for the free slots, and ahead what will end within a moment. For the loop's thread. */
final class Claiming {
    private final long daemon;
    private final Slots slots;
    private final LaneFilter filter = new LaneFilter();

    Claiming(long daemon, Slots slots) {
        this.daemon = daemon;
        this.slots = slots;
    }

    List<Claim> claim(Moves moves, Plan plan, Instant now) {
        Moves.Most room = slots.room(plan.concurrency());
        if (room.isNothing()) {
            return List.of();
        }
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
