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

    /** Of a command that the launcher script answers by itself. */
    static Failure ofLauncher(String command) {
        return new Failure(
                ExitCode.FAILED,
                command + " is answered by bin/workerd, not by the Java program",
                "Use bin/workerd of this installation.");
    }

    Failure withAdvice(String better) {
        return new Failure(code, String.valueOf(getMessage()), better);
    }

    ExitCode code() {
        return code;
    }

    String advice() {
        return advice;
    }
}
