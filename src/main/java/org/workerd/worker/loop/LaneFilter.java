package org.workerd.worker.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.Moves.Lane;
import org.workerd.worker.handlers.Handlers;

/** Which lanes a claim may look at: those whose handler may run. Of the others it says once why their jobs wait. */
final class LaneFilter {
    private static final Logger LOG = LoggerFactory.getLogger(LaneFilter.class);

    private final HeldNames held;
    private final Set<String> reported = new HashSet<>();

    LaneFilter(HeldNames held) {
        this.held = held;
    }

    List<Lane> runnable(Collection<Lane> lanes, Handlers handlers) {
        List<Lane> runnable = new ArrayList<>();
        Set<String> waiting = new HashSet<>();
        for (Lane lane : lanes) {
            Optional<String> objection = handlers.objection(handlers.find(lane.name()));
            if (objection.isEmpty()) {
                if (!held.isHeld(lane.name())) {
                    runnable.add(lane);
                }
            } else {
                waiting.add(lane.name());
                // What somebody's program has no handler for is the daemons' work.
                if (reported.add(lane.name()) && handlers.hasPrograms()) {
                    LOG.warn("jobs named {} wait: {}", lane.name(), objection.get());
                }
            }
        }
        reported.retainAll(waiting);
        return runnable;
    }
}
