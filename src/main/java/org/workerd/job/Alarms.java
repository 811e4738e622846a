package org.workerd.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which handlers are told when jobs of a name fail: {@link #raisedBy} is all of the policy, and pure.
 *
 * @param onDead when a job becomes dead; null: none
 * @param onFailure when an attempt fails; null: none
 */
public record Alarms(@Nullable String onDead, @Nullable String onFailure) {
    public static final Alarms NONE = new Alarms(null, null);

    /** The queue of alarms: it has a slot of its own, which is its only one. */
    public static final String QUEUE = "alarms";

    /** What an alarm tells of. */
    public enum Event {
        DEAD,
        FAILURE;

        /** As the payload has it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An alarm to be stored: a job of this name. */
    public record Raised(Event event, String handler) {}

    /**
     * The alarms that follow from the end of an attempt in this queue. A handler is told once of the last attempt; an
     * alarm that fails raises none, or there would be no end of it.
     */
    public List<Raised> raisedBy(Verdict verdict, String queue) {
        if (queue.equals(QUEUE)) {
            return List.of();
        }
        List<Raised> raised = new ArrayList<>();
        boolean dies = verdict.next() == JobState.DEAD;
        if (onDead != null && dies) {
            raised.add(new Raised(Event.DEAD, onDead));
        }
        if (onFailure != null && verdict.isFailure() && !(dies && onFailure.equals(onDead))) {
            raised.add(new Raised(Event.FAILURE, onFailure));
        }
        return raised;
    }
}
