package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Outcome;
import org.workerd.job.Verdict;
import org.workerd.unix.Processes;
import org.workerd.unix.UnixException;
import org.workerd.worker.handlers.FirstLine;

/** What the end of a program means, or that it could not be started. */
final class ProgramOutcome {
    private ProgramOutcome() {}

    /** The last line of what it printed, looked for only when it failed. */
    interface Said {
        @Nullable
        String lastLine();
    }

    /**
     * Of a program that ran.
     *
     * @param stop null: it was not told to end, or had ended before
     */
    static Outcome of(Processes.End end, @Nullable StopRequest stop, Scratch scratch, Premises premises, Said said)
            throws IOException {
        Integer code = end instanceof Processes.End.Exit exit ? exit.code() : null;
        Integer signal = end instanceof Processes.End.Signal killed ? killed.number() : null;
        StopRequest.@Nullable Cause cause = stop == null ? null : stop.cause();
        if (stop != null && cause != null) {
            return switch (cause) {
                case TIMED_OUT ->
                    new Outcome.TimedOut(code, signal, scratch.readRetry().orElse(null), said.lastLine());
                case CANCELLED -> new Outcome.Cancelled(stop.reason(), code, signal);
                case INTERRUPTED -> new Outcome.Interrupted(true);
            };
        }
        if (mayBeForWantOfRoom(code) && premises.isFull()) {
            return new Outcome.Starved(code, signal);
        }
        if (signal != null) {
            return new Outcome.Signalled(signal, scratch.readRetry().orElse(null), said.lastLine());
        }
        String result = scratch.readResult().orElse(null);
        return code == null || code == 0
                ? new Outcome.Exited(0, result)
                : new Outcome.Exited(code, result, scratch.readRetry().orElse(null), said.lastLine());
    }

    /** The other exit codes say on purpose what they say. */
    private static boolean mayBeForWantOfRoom(@Nullable Integer code) {
        return code == null
                || (code != 0
                        && code != Verdict.TRY_LATER
                        && code != Verdict.DATA_ERROR
                        && code != Verdict.CONFIG_ERROR);
    }

    /** Of one that could not be started. */
    static Outcome of(UnixException failure, Path program) {
        if (failure.isShortage()) {
            return new Outcome.NotStarted(String.valueOf(failure.getMessage()));
        }
        if (failure.isTooLong()) {
            return new Outcome.NotExecutable(126, String.valueOf(failure.getMessage()));
        }
        return new Outcome.HandlerUnusable(failure.isMissing() ? 127 : 126, why(failure, program));
    }

    private static String why(UnixException failure, Path program) {
        if (failure.isBusy()) {
            return "the handler " + program + " is open for writing";
        }
        if (!Files.exists(program)) {
            return "the handler " + program + " is gone";
        }
        // Where the file itself is there, what is missing is its interpreter, or that of a binary.
        String kernel = failure.isMissing() ? "its interpreter is missing" : String.valueOf(failure.getMessage());
        return "the handler " + program + " cannot be started: "
                + FirstLine.objection(program).orElse(kernel);
    }
}
