package org.workerd.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one attempt ended, as seen, before anybody judges what follows from it. */
public sealed interface Outcome {
    /** What the attempt left as the job's result; null: nothing. */
    default @Nullable String result() {
        return null;
    }

    /** How many bytes of memory that takes at most, or nearly. */
    default long size() {
        return TextSize.of(result());
    }

    /** When it wants to be tried again, should it have failed, in its own words; null: it did not say. */
    default @Nullable String retry() {
        return null;
    }

    /** The last line that it printed, should it have failed; null: none, or not known. */
    default @Nullable String lastLine() {
        return null;
    }

    /** The program ended by itself; the result is what it wrote to its result file. */
    record Exited(int code, @Nullable String result, @Nullable String retry, @Nullable String lastLine)
            implements Outcome {
        public Exited(int code, @Nullable String result) {
            this(code, result, null, null);
        }
    }

    /** A signal ended the program that was not ours. */
    record Signalled(int signal, @Nullable String retry, @Nullable String lastLine) implements Outcome {
        public Signalled(int signal) {
            this(signal, null, null);
        }
    }

    /** We ended it because its time was up; how it died is recorded too, where it is known. */
    record TimedOut(
            @Nullable Integer exitCode, @Nullable Integer signal, @Nullable String retry, @Nullable String lastLine)
            implements Outcome {
        public TimedOut(@Nullable Integer exitCode, @Nullable Integer signal) {
            this(exitCode, signal, null, null);
        }
    }

    /** We ended it because somebody cancelled the job. */
    record Cancelled(String reason, @Nullable Integer exitCode, @Nullable Integer signal) implements Outcome {}

    /** We ended it, or never began it, because the daemon stops. */
    record Interrupted(boolean begun) implements Outcome {}

    /** The kernel cannot execute the handler with what this job gives it: too long a command line. Codes as a shell's. */
    record NotExecutable(int code, String reason) implements Outcome {}

    /**
     * Its handler cannot be started for now, whatever the job: gone, refused, open for writing, no interpreter. No other
     * name is concerned. Codes as a shell's.
     */
    record HandlerUnusable(int code, String reason) implements Outcome {}

    /** Its row cannot be run as it stands. */
    record Unfit(String reason) implements Outcome {}

    /** It failed on a disk that is full, which is reason enough: nothing the job did. */
    record Starved(@Nullable Integer exitCode, @Nullable Integer signal) implements Outcome {}

    /** The machine could not start it (no processes, no descriptors, a full disk): nothing the job did. */
    record NotStarted(String reason) implements Outcome {}

    /** The Java handler says that the job is done. */
    record Returned(@Nullable String result) implements Outcome {}

    /** The Java handler ended with an exception; the result is what it had left until then. */
    record Threw(String error, @Nullable String result) implements Outcome {}

    /** The Java handler says that it failed, and when another attempt is worth trying. */
    record AskedRetry(String reason, Duration pause, @Nullable String result) implements Outcome {
        @Override
        public String retry() {
            return Span.format(pause.isNegative() ? Duration.ZERO : pause);
        }
    }

    /** The Java handler asks for a later attempt. */
    record Snoozed(Duration pause) implements Outcome {}

    /** The Java handler says that trying again is of no use. */
    record GaveUp(String reason, @Nullable String result) implements Outcome {}
}
