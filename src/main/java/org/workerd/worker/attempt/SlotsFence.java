package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.Fence;

/** Stops, continues or ends all that runs in the slots. Thread-safe. */
public final class SlotsFence implements Fence {
    private static final Logger LOG = LoggerFactory.getLogger(SlotsFence.class);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Slots slots;
    private final boolean end;
    private boolean told;

    /** @param end not stopped but ended, and given back */
    public SlotsFence(Slots slots, boolean end) {
        this.slots = slots;
        this.end = end;
    }

    /** What begins only now is stopped the next time. */
    @Override
    public synchronized void cutOff() {
        if (!told) {
            told = true;
            LOG.error(
                    "this daemon cannot show the server that it lives, and others may be given the running jobs: {} them: {}",
                    end ? "ending" : "stopping",
                    slots.busy());
        }
        slots.executions().forEach(end ? Execution::interrupt : Execution::freeze);
    }

    @Override
    public synchronized void back() {
        if (told) {
            told = false;
            LOG.warn("the server was reached in time: what was stopped goes on");
            slots.executions().forEach(Execution::thaw);
        }
    }

    @Override
    public synchronized void lost() {
        told = false;
        Collection<Execution> lost = List.copyOf(slots.executions());
        LOG.error("another daemon has taken over the {} jobs that run here: ending them", lost.size());
        for (Collection<Execution> left = left(lost); !left.isEmpty(); left = left(lost)) {
            left.forEach(Execution::kill);
            LockSupport.parkNanos(this, LOOK.toNanos());
        }
    }

    /** Without what the loop has claimed meanwhile, which is ours. */
    private Collection<Execution> left(Collection<Execution> lost) {
        return slots.executions().stream()
                .filter(execution -> lost.contains(execution) && !execution.isStuck())
                .toList();
    }
}
