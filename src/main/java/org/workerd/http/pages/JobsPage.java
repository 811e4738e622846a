package org.workerd.http.pages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.ops.JobAction;

/**
 * A list of jobs.
 *
 * @param query the filters, as they were given
 * @param counts by state; empty where nobody counts those that match
 * @param older the address of the next page; null: there are no more
 * @param lookedBackTo the job at which the search stopped; null: it did not
 * @param objection why nothing is listed: a filter that means nothing
 */
public record JobsPage(
        Frame frame,
        Query query,
        Map<JobState, Long> counts,
        List<JobLine> jobs,
        @Nullable String older,
        @Nullable Long lookedBackTo,
        @Nullable String objection) {
    public JobsPage {
        counts = Map.copyOf(counts);
        jobs = List.copyOf(jobs);
    }

    /** Those of one state only, from the top. */
    public String inState(@Nullable JobState state) {
        return frame.href(query.with("before", null)
                .with("state", state == null ? null : state.word())
                .behind("/jobs"));
    }

    /** How many are in this state; null: not counted. */
    public @Nullable String count(JobState state) {
        Long count = counts.get(state);
        return count == null ? null : Figures.count(count);
    }

    /** Whether exactly this state was asked for; null: none in particular. */
    public boolean isState(@Nullable JobState state) {
        return query.value("state").equals(state == null ? "" : state.word());
    }

    /** The filter beside the state, or none. */
    public boolean hasFilter() {
        return query.values().keySet().stream().anyMatch(name -> !name.equals("before"));
    }

    /** What can be done to jobs of these states at all. */
    public boolean can(JobAction action) {
        String states = query.value("state");
        return states.isEmpty()
                || action.from().stream()
                        .anyMatch(state -> List.of(states.split(",", -1)).contains(state.word()));
    }

    /** The page that asks whether one means all that match. */
    public String toAll(JobAction action) {
        return frame.href(query.with("before", null)
                .with("action", action.verb())
                .with("all", "1")
                .behind("/changes"));
    }
}
