package org.workerd.ops;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.workerd.config.Settings;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Hindrance;
import org.workerd.store.Moves.Removed;
import org.workerd.worker.attempt.OutputFiles;

/**
 * One change made to many jobs, oldest first, some at a time: {@link #carryOut} in a short transaction, then {@link
 * #committed} and {@link #result}, or {@link #foresee} alone for a dry run. For one thread at a time.
 */
public final class JobChange {
    /** Of so many jobs in one transaction, a daemon beside it hardly notices. */
    public static final int AT_ONCE = 500;

    private final JobAction action;
    private final boolean force;
    private final String reason;
    private final boolean isOfFilter;
    /** Those that a dry run has passed, and the keys that they would have then. */
    private final Set<Long> foreseen = new HashSet<>();

    private final Map<String, Long> foreseenKeys = new HashMap<>();

    /**
     * A change.
     *
     * @param force retry also what waits for a job that is dead, cancelled or deleted
     * @param reason why it is cancelled: {@code cancelled by root}
     * @param isOfFilter the jobs were found by a filter: who no longer matches is passed over, not refused
     */
    public JobChange(JobAction action, boolean force, String reason, boolean isOfFilter) {
        this.action = action;
        this.force = force;
        this.reason = reason;
        this.isOfFilter = isOfFilter;
    }

    /** What a transaction has done to some of the jobs, as long as nobody knows whether it holds. */
    public static final class Part {
        private final List<Long> changed = new ArrayList<>();
        private final List<Long> toldToEnd = new ArrayList<>();
        private final List<Removed> removed = new ArrayList<>();
        private final Map<Long, String> objections = new LinkedHashMap<>();
    }

    /**
     * What became of some of the jobs.
     *
     * @param changed those with which it was done, or that were told to end
     * @param toldToEnd those of them that run and have not ended yet
     */
    public record Result(List<Long> changed, List<Long> toldToEnd, List<Refusal> refused) {}

    /** Why a job was not changed: {@code there is no job 42}. */
    public record Refusal(long id, String sentence) {}

    public JobAction action() {
        return action;
    }

    /** Changes at most {@link #AT_ONCE} jobs. */
    public Part carryOut(List<Long> ids, Moves moves, Instant now) {
        Part part = new Part();
        for (long id : ids) {
            change(id, moves, now, part)
                    .ifPresentOrElse(why -> part.objections.put(id, why), () -> part.changed.add(id));
        }
        return part;
    }

    private Optional<String> change(long id, Moves moves, Instant now, Part part) {
        return switch (action) {
            case RETRY -> retry(id, moves);
            case CANCEL -> cancel(id, moves, now, part);
            case DELETE -> {
                Optional<Removed> job = moves.delete(id);
                job.ifPresent(part.removed::add);
                yield job.isPresent() ? Optional.empty() : Optional.of("");
            }
        };
    }

    /** Empty: it is done. Else why not; an empty reason is its state. */
    private Optional<String> retry(long id, Moves moves) {
        return moves.retry(id, force)
                ? Optional.empty()
                : JobAction.retryObjection(moves.holderOfKey(id), moves.hindrance(id))
                        .or(() -> Optional.of(""));
    }

    private Optional<String> cancel(long id, Moves moves, Instant now, Part part) {
        if (moves.cancel(id, reason, now)) {
            return Optional.empty();
        }
        if (moves.requestCancel(id, reason, now)) {
            part.toldToEnd.add(id);
            return Optional.empty();
        }
        return Optional.of("");
    }

    /** To be called when the transaction is durable: removes what deleted jobs have printed. */
    public void committed(Part part, Settings settings) throws IOException {
        if (!part.removed.isEmpty()) {
            new OutputFiles(settings.directory()).remove(part.removed);
        }
    }

    /** What became of each of them, to be asked after that. */
    public Result result(Part part, JobQueries queries) {
        List<Refusal> refused = new ArrayList<>();
        part.objections.forEach((id, why) -> refusal(id, queries.find(id), why).ifPresent(refused::add));
        return new Result(part.changed, part.toldToEnd, refused);
    }

    /** What would become of these jobs, which come after those that were asked about before. Changes nothing. */
    public Result foresee(List<Long> ids, JobQueries queries) {
        // That they are in the right state is what the filter was asked for.
        if (isOfFilter && action != JobAction.RETRY) {
            return new Result(ids, List.of(), List.of());
        }
        List<Long> changeable = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        for (long id : ids) {
            Optional<JobView> job = queries.find(id);
            Optional<String> why = job.map(found -> objection(found, queries)).orElse(Optional.of(""));
            why.ifPresentOrElse(
                    objection -> refusal(id, job, objection).ifPresent(refused::add), () -> changeable.add(id));
        }
        return new Result(changeable, List.of(), refused);
    }

    private Optional<String> objection(JobView job, JobQueries queries) {
        if (!action.from().contains(job.state())) {
            return Optional.of("");
        }
        return action == JobAction.RETRY ? retryObjection(job, queries) : Optional.empty();
    }

    /** By the store's rule; but what comes before it in the same change would be retried by then. */
    private Optional<String> retryObjection(JobView job, JobQueries queries) {
        String key = job.key();
        Optional<Long> holder = key == null
                ? Optional.empty()
                : queries.holderOfKey(job.id()).or(() -> Optional.ofNullable(foreseenKeys.get(key)));
        Optional<Hindrance> parent = force || job.after().isEmpty()
                ? Optional.empty()
                : queries.hindrances(job.id()).stream()
                        .filter(one -> one.isDeleted() || !foreseen.contains(one.id()))
                        .findFirst();
        Optional<String> why = JobAction.retryObjection(holder, parent);
        if (why.isEmpty()) {
            foreseen.add(job.id());
            if (key != null) {
                foreseenKeys.put(key, job.id());
            }
        }
        return why;
    }

    /** @param why empty: its state, or it is not there */
    private Optional<Refusal> refusal(long id, Optional<JobView> job, String why) {
        boolean matches =
                job.filter(found -> action.from().contains(found.state())).isPresent();
        if (isOfFilter && !matches) {
            // Somebody else was first: it is none of those that were asked for any more.
            return Optional.empty();
        }
        String sentence = job.map(found -> "job " + id + " " + (why.isEmpty() ? action.objection(found.state()) : why))
                .orElse("there is no job " + id);
        return Optional.of(new Refusal(id, sentence));
    }
}
