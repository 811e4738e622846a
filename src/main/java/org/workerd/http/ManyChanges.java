package org.workerd.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Removed;
import org.workerd.worker.attempt.OutputFiles;

/**
 * One change made to many jobs, in short transactions one after the other; between them others get their turn. For one
 * request, on the thread of the API.
 */
final class ManyChanges {
    private static final int AT_ONCE = 500;
    private static final int TOLD = 20;

    private final Room room;
    private final Exchange exchange;
    private final JobAction action;
    private final boolean force;
    private final long[] ids;
    private final List<Refused> refusals = new ArrayList<>();
    private int from;
    private int changed;
    private int refused;

    ManyChanges(Room room, Exchange exchange, JobAction action, boolean force, long[] ids) {
        this.room = room;
        this.exchange = exchange;
        this.action = action;
        this.force = force;
        this.ids = ids;
    }

    /** Why a job was not changed. */
    record Refused(long id, String detail) {}

    /**
     * What became of all of them.
     *
     * @param refusals some of those that were not
     */
    record Outcome(int changed, int refused, List<Refused> refusals) {}

    /** What became of some of them. */
    private record Part(List<Long> changed, List<Refused> refused, List<Removed> removed) {}

    /** Begins, and goes on with this when the last is committed. */
    void then(Room.Then<Outcome> end) throws Exception {
        if (from >= ids.length) {
            end.with(new Outcome(changed, refused, List.copyOf(refusals)));
            return;
        }
        long[] next = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + AT_ONCE));
        List<Long> some = Arrays.stream(next).boxed().toList();
        String what = action.verb() + " of " + (some.size() == 1 ? "job " : "jobs ") + few(some);
        room.change(exchange, what, moves -> carryOut(some, moves), part -> {
            from += some.size();
            changed += part.changed().size();
            refused += part.refused().size();
            part.refused().stream().limit(TOLD - refusals.size()).forEach(refusals::add);
            if (!part.removed().isEmpty()) {
                new OutputFiles(room.settings().directory()).remove(part.removed());
            }
            then(end);
        });
    }

    private Part carryOut(List<Long> some, Moves moves) {
        Part part = new Part(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (long id : some) {
            change(id, moves, part)
                    .ifPresentOrElse(
                            why -> part.refused().add(new Refused(id, "job " + id + " " + why)),
                            () -> part.changed().add(id));
        }
        return part;
    }

    private Optional<String> change(long id, Moves moves, Part part) {
        return switch (action) {
            case RETRY -> JobAction.retry(id, force, moves);
            case CANCEL -> cancel(id, moves);
            case DELETE -> {
                Optional<Removed> job = moves.delete(id);
                job.ifPresent(part.removed()::add);
                yield job.isPresent() ? Optional.empty() : Optional.of("is not there, or has not ended");
            }
        };
    }

    private Optional<String> cancel(long id, Moves moves) {
        String reason =
                "cancelled over HTTP by " + Names.printable(exchange.caller().name());
        boolean done = moves.cancel(id, reason, room.now()) || moves.requestCancel(id, reason, room.now());
        return done ? Optional.empty() : Optional.of("is not there, or has ended already");
    }

    private static String few(List<Long> ids) {
        String first =
                String.join(", ", ids.stream().limit(TOLD).map(String::valueOf).toList());
        return ids.size() > TOLD
                ? first + " and " + (ids.size() - TOLD) + " more, up to " + ids.get(ids.size() - 1)
                : first;
    }
}
