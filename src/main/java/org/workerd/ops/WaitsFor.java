package org.workerd.ops;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The one thing that a job waits for now.
 *
 * @param detail a sentence without a full stop
 * @param until when that is over; null: nobody knows
 * @param command what ends the wait, if there is a command for it
 */
public record WaitsFor(Reason reason, String detail, @Nullable Instant until, @Nullable String command) {
    /** What kinds of things jobs wait for. */
    public enum Reason {
        TIME("time", "its time"),
        AFTER("after", "other jobs"),
        PAUSED("paused", "a resume"),
        CONCURRENCY("concurrency", "a free place in the concurrency limit"),
        RATE("rate", "the rate limit"),
        NO_HANDLER("no-handler", "a handler"),
        NO_DAEMON("no-daemon", "a daemon"),
        SLOTS("slots", "a slot");

        private final String word;
        private final String thing;

        Reason(String word, String thing) {
            this.word = word;
            this.thing = thing;
        }

        /** The word that JSON uses. */
        public String word() {
            return word;
        }

        /** What has to come, for people. */
        public String thing() {
            return thing;
        }
    }
}
