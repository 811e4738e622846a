package org.workerd.worker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.Moves.Lane;

/** Which lanes a claim may look at: those whose handler may run. Of the others it says once why their jobs wait. */
final class LaneFilter {
    private static final Logger LOG = LoggerFactory.getLogger(LaneFilter.class);

    private final Set<String> reported = new HashSet<>();

    List<Lane> runnable(Collection<Lane> lanes, Handlers handlers) {
        List<Lane> runnable = new ArrayList<>();
        Set<String> waiting = new HashSet<>();
        for (Lane lane : lanes) {
            Handlers.Vetting vetting = handlers.find(lane.name());
            if (vetting instanceof Handlers.Accepted) {
                runnable.add(lane);
            } else {
                waiting.add(lane.name());
                report(lane.name(), vetting, handlers);
            }
        }
        reported.retainAll(waiting);
        return runnable;
    }

    private void report(String name, Handlers.Vetting vetting, Handlers handlers) {
        if (reported.add(name)) {
            String reason = vetting instanceof Handlers.Refused refused
                    ? "their handler is refused: " + refused.reason()
                    : "there is no handler of this name in " + handlers.directory();
            LOG.warn("jobs named {} wait: {}", name, reason);
        }
    }
}
