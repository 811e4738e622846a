package org.workerd.ops;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Limits;
import org.workerd.job.Rate;
import org.workerd.ops.WaitsFor.Reason;
import org.workerd.store.WaitQueries;
import org.workerd.store.WaitQueries.Running;

/** Whether a limit of a queue or a name is used up, and by whom; each is looked at once. Not thread-safe. */
final class LimitReasons {
    private final WaitQueries waits;
    private final Limits limits;
    private final Instant now;
    private final Map<String, Optional<WaitsFor>> byQueue = new HashMap<>();
    private final Map<String, Optional<WaitsFor>> byName = new HashMap<>();
    private @Nullable List<Running> running;

    LimitReasons(WaitQueries waits, Limits limits, Instant now) {
        this.waits = waits;
        this.limits = limits;
        this.now = now;
    }

    Optional<WaitsFor> ofQueue(String queue) {
        return byQueue.computeIfAbsent(queue, this::queue);
    }

    Optional<WaitsFor> ofName(String name) {
        return byName.computeIfAbsent(name, this::name);
    }

    private Optional<WaitsFor> queue(String queue) {
        String table = "[queues." + queue + "]";
        Stream<Running> own = running().stream().filter(lane -> lane.queue().equals(queue));
        return concurrency(
                        table, limits.queues().concurrency().get(queue), own, most -> waits.runningOfQueue(queue, most))
                .or(() -> rate(
                        table, limits.queues().rates().get(queue), rate -> waits.queueHasRoomAt(queue, rate, now)));
    }

    private Optional<WaitsFor> name(String name) {
        String table = "[jobs." + name + "]";
        Stream<Running> own = running().stream().filter(lane -> lane.name().equals(name));
        return concurrency(table, limits.names().concurrency().get(name), own, most -> waits.runningOfName(name, most))
                .or(() -> rate(table, limits.names().rates().get(name), rate -> waits.nameHasRoomAt(name, rate, now)));
    }

    private List<Running> running() {
        if (running == null) {
            running = limits.hasConcurrency() ? waits.running() : List.of();
        }
        return running;
    }

    /** The running jobs that count for a limit, at most so many. */
    private interface Holders {
        List<Long> ids(int most);
    }

    private static Optional<WaitsFor> concurrency(
            String table, @Nullable Integer limit, Stream<Running> lanes, Holders holders) {
        int taken = lanes.mapToInt(Running::count).sum();
        if (limit == null || taken < limit) {
            return Optional.empty();
        }
        String held =
                holders.ids(WaitReasons.NAMED).stream().map(String::valueOf).collect(Collectors.joining(", "));
        String more = taken > WaitReasons.NAMED ? " and " + (taken - WaitReasons.NAMED) + " more" : "";
        String detail = table + " concurrency = " + limit + ", and "
                + (taken == 1 ? "job " + held + " runs" : "jobs " + held + more + " run");
        return Optional.of(new WaitsFor(Reason.CONCURRENCY, detail, null, null));
    }

    /** When the rate lets the next one start; empty: now. */
    private interface Room {
        Optional<Instant> at(Rate rate);
    }

    private static Optional<WaitsFor> rate(String table, @Nullable Rate rate, Room room) {
        String detail = table + " rate = \"" + rate + "\" is used up";
        return rate == null
                ? Optional.empty()
                : room.at(rate).map(until -> new WaitsFor(Reason.RATE, detail, until, null));
    }
}
