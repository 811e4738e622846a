package org.workerd.ops;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.ops.WaitsFor.Reason;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.worker.attempt.LedgerContents;

/** Whether anybody is there to claim, and has a slot free; looked at once. Not thread-safe. */
public final class DaemonReasons {
    private final JobQueries queries;
    private final DaemonDirectory directory;
    private @Nullable List<DaemonView> alive;
    private @Nullable List<DaemonView> claiming;

    /** Of the queue that these questions are asked of. */
    public DaemonReasons(JobQueries queries, DaemonDirectory directory) {
        this.queries = queries;
        this.directory = directory;
    }

    Optional<WaitsFor> unserved() {
        if (!claiming().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                alive().isEmpty()
                        ? new WaitsFor(Reason.NO_DAEMON, "no daemon serves this queue", null, "workerd start")
                        : new WaitsFor(
                                Reason.NO_DAEMON,
                                "the daemon is stopping and claims no more jobs",
                                null,
                                "workerd restart"));
    }

    /** How many there are that claim. */
    int count() {
        return claiming().size();
    }

    Optional<WaitsFor> full() {
        int slots = claiming().stream().mapToInt(DaemonView::slots).sum();
        boolean full = claiming().stream().allMatch(daemon -> daemon.busy() >= daemon.slots());
        String detail = slots == 1 ? "the only slot is busy" : "all " + slots + " slots are busy";
        return full ? Optional.of(new WaitsFor(Reason.SLOTS, detail, null, null)) : Optional.empty();
    }

    private List<DaemonView> alive() {
        if (alive == null) {
            alive = LiveDaemons.of(queries);
        }
        return alive;
    }

    private List<DaemonView> claiming() {
        if (claiming == null) {
            claiming = alive().stream()
                    .filter(daemon -> !LedgerContents.isDraining(directory, daemon.id()))
                    .toList();
        }
        return claiming;
    }
}
