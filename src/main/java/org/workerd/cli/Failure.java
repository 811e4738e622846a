package org.workerd.cli;

/** A command cannot do what it was asked to: what failed and why, what to do about it, and the exit status. */
final class Failure extends RuntimeException {
    private final ExitCode code;
    private final String advice;

    /**
     * A failure.
     *
     * @param message without a full stop
     * @param advice a line that says what to do; empty when there is nothing to say
     */
    Failure(ExitCode code, String message, String advice) {
        super(message);
        this.code = code;
        this.advice = advice;
    }

    ExitCode code() {
        return code;
    }

    String advice() {
        return advice;
    }
}
