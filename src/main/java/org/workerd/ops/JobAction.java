package org.workerd.ops;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.Moves.Hindrance;

/** What people do to jobs that are there. */
public enum JobAction {
    RETRY("retry", "retried"),
    CANCEL("cancel", "cancelled"),
    DELETE("delete", "deleted");

    private final String verb;
    private final String done;

    JobAction(String verb, String done) {
        this.verb = verb;
        this.done = done;
    }

    /** The command's name. */
    public String verb() {
        return verb;
    }

    /** What was done. */
    public String done() {
        return done;
    }

    /** The states from which it can be done. */
    public Set<JobState> from() {
        return switch (this) {
            case RETRY -> EnumSet.of(JobState.DEAD, JobState.CANCELLED);
            case CANCEL ->
                EnumSet.of(JobState.BLOCKED, JobState.SCHEDULED, JobState.READY, JobState.RUNNING, JobState.RETRYING);
            case DELETE -> EnumSet.of(JobState.DONE, JobState.DEAD, JobState.CANCELLED);
        };
    }

    /** What matches and is in one of these states. Empty: nothing can be, for no states at all would mean any. */
    public Optional<Filter> among(Filter asked) {
        Set<JobState> wanted = from();
        if (!asked.states().isEmpty()) {
            wanted.retainAll(asked.states());
        }
        return wanted.isEmpty() ? Optional.empty() : Optional.of(asked.withStates(wanted));
    }

    /** Why it is not done to a job in another state, to follow "job 42 ". */
    String objection(JobState state) {
        return switch (this) {
            case RETRY -> "is neither dead nor cancelled";
            case CANCEL -> "is " + state.word() + " already";
            case DELETE -> "has not ended: cancel it first";
        };
    }

    /** Of this name. */
    public static Optional<JobAction> ofVerb(String verb) {
        for (JobAction action : values()) {
            if (action.verb.equals(verb)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    /** Why a job that is dead or cancelled is not retried all the same; empty: it is. */
    static Optional<String> retryObjection(Optional<Long> holderOfKey, Optional<Hindrance> parent) {
        return holderOfKey
                .map(other -> "job " + other + " has its key")
                .or(() -> parent.map(JobAction::told))
                .map(why -> "cannot be retried: " + why);
    }

    private static String told(Hindrance parent) {
        String which = "job " + parent.id() + ", which it waits for, ";
        JobState state = parent.state();
        if (state == null) {
            return which + "is deleted, and its outcome is unknown; to retry this job anyway, use --force";
        }
        return parent.isDeleted()
                ? which + "was " + state.word() + " and is deleted; to retry this job anyway, use --force"
                : which + "is " + state.word() + "; retry both, or only this one with --force";
    }
}
