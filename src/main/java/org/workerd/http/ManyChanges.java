package org.workerd.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import org.workerd.ops.JobChange.Refusal;

/**
 * One change made to many jobs, in short transactions one after the other; between them others get their turn. For one
 * request, on the thread of the API.
 */
final class ManyChanges {
    private static final int TOLD = 20;

    private final Room room;
    private final Exchange exchange;
    private final JobChange change;
    private final long[] ids;
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<Long> sample = new ArrayList<>();
    private int from;
    private int changed;
    private int toldToEnd;
    private int refused;

    /** Of these ids, oldest first. */
    ManyChanges(Room room, Exchange exchange, JobChange change, long[] ids) {
        this.room = room;
        this.exchange = exchange;
        this.change = change;
        this.ids = ids;
    }

    /** What the caller asks for. */
    static JobChange of(JobAction action, boolean force, boolean isOfFilter, Exchange exchange) {
        String reason =
                "cancelled over HTTP by " + Names.printable(exchange.caller().name());
        return new JobChange(action, force, reason, isOfFilter);
    }

    /**
     * What became of all of them, or would.
     *
     * @param sample the oldest that were changed
     * @param toldToEnd how many of them run, and may not have ended yet
     * @param refusals some of those that were not
     */
    record Outcome(int changed, List<Long> sample, int toldToEnd, int refused, List<Refusal> refusals) {}

    /** Changes them, and goes on with this when the last is committed. */
    void then(Room.Then<Outcome> end) throws Exception {
        if (from >= ids.length) {
            end.with(outcome());
            return;
        }
        List<Long> some = next();
        String action = change.action().verb();
        String what = action + " of " + (some.size() == 1 ? "job " : "jobs ") + few(some);
        room.change(exchange, what, moves -> change.carryOut(some, moves, room.now()), part -> {
            change.committed(part, room.settings());
            count(room.read(queries -> change.result(part, queries)));
            then(end);
        });
    }

    /** Changes nothing, and goes on with what would become of them. */
    void foresee(Room.Then<Outcome> end) throws Exception {
        if (from >= ids.length) {
            end.with(outcome());
            return;
        }
        List<Long> some = next();
        count(room.read(queries -> change.foresee(some, queries)));
        room.thread().execute(() -> Room.guarded(exchange, () -> foresee(end)));
    }

    private List<Long> next() {
        long[] next = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + JobChange.AT_ONCE));
        from += next.length;
        return Arrays.stream(next).boxed().toList();
    }

    private void count(JobChange.Result result) {
        changed += result.changed().size();
        toldToEnd += result.toldToEnd().size();
        refused += result.refused().size();
        result.changed().stream().limit(TOLD - sample.size()).forEach(sample::add);
        result.refused().stream().limit(TOLD - refusals.size()).forEach(refusals::add);
    }

    private Outcome outcome() {
        return new Outcome(changed, List.copyOf(sample), toldToEnd, refused, List.copyOf(refusals));
    }

    private static String few(List<Long> ids) {
        String first =
                String.join(", ", ids.stream().limit(TOLD).map(String::valueOf).toList());
        return ids.size() > TOLD
                ? first + " and " + (ids.size() - TOLD) + " more, up to " + ids.get(ids.size() - 1)
                : first;
    }
}
