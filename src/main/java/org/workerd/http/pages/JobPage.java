package org.workerd.http.pages;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.ops.JobAction;

/**
 * One job.
 *
 * @param why it waits; empty: it does not
 * @param output null: no attempt has begun
 */
public record JobPage(
        Frame frame,
        JobLine line,
        String why,
        List<Fact> facts,
        Timeline timeline,
        List<AttemptLine> attempts,
        List<String> args,
        @Nullable Text payload,
        @Nullable Text result,
        String error,
        @Nullable Output output) {
    public JobPage {
        facts = List.copyOf(facts);
        attempts = List.copyOf(attempts);
        args = List.copyOf(args);
    }

    /**
     * One thing to be known of it.
     *
     * @param href where more of it is; null: nowhere
     * @param time null: it is none
     */
    public record Fact(String name, String value, @Nullable String href, @Nullable Moment time) {
        public static Fact of(String name, String value) {
            return new Fact(name, value, null, null);
        }

        public static Fact at(String name, Moment time) {
            return new Fact(name, "", null, time);
        }
    }

    /**
     * What an attempt printed.
     *
     * @param isCut the beginning is left out
     * @param isRunning there may be more
     */
    public record Output(int attempt, String text, boolean isCut, boolean isRunning) {
        public boolean isEmpty() {
            return text.isEmpty();
        }
    }

    /** The path of a form that does this. */
    public String path(JobAction action) {
        return "/jobs/" + line.id() + "/" + action.verb();
    }

    public boolean can(JobAction action) {
        return action.from().contains(line.state());
    }

    /** Where the output of an attempt is, whole. */
    public String output(int attempt) {
        return frame.href("/api/v1/jobs/" + line.id() + "/attempts/" + attempt + "/output");
    }
}
