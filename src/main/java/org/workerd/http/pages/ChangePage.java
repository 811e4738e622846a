package org.workerd.http.pages;

import java.util.List;
import org.workerd.ops.JobAction;

/**
 * Asks whether one means it.
 *
 * @param count how many jobs it would be
 * @param query the filter, and up to which job; empty where the jobs were ticked
 * @param ids those that were ticked
 * @param samples some of them, the newest first
 * @param left how many more there are in another state, to which it cannot be done
 * @param most that are changed at once
 */
public record ChangePage(
        Frame frame,
        JobAction action,
        long count,
        Query query,
        List<Long> ids,
        List<JobLine> samples,
        long left,
        int most) {
    public ChangePage {
        ids = List.copyOf(ids);
        samples = List.copyOf(samples);
    }

    /** {@code Retry 1,204 jobs}. */
    public String order() {
        String verb = action.verb();
        return Character.toUpperCase(verb.charAt(0)) + verb.substring(1) + " " + Figures.jobs(Math.min(count, most));
    }

    /** What it does. */
    public String effect() {
        return switch (action) {
            case RETRY -> "They become ready again, with all their attempts ahead.";
            case CANCEL -> "Those that wait will not run. Those that run are told to end, and killed if they do not.";
            case DELETE -> "They are removed with their output and history. This cannot be undone.";
        };
    }

    /** Back to where one came from. */
    public String back() {
        return frame.href(
                query.with("action", null).with("all", null).with("upto", null).behind("/jobs"));
    }
}
