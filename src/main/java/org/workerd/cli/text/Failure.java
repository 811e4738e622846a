package org.workerd.cli.text;

/** A command cannot do what it was asked to: what failed and why, what to do about it, and the exit status. */
public final class Failure extends RuntimeException {
    /** In characters: what others wrote into the queue may be in it. */
    private static final int LONGEST = 10_000;

    private final ExitCode code;
    private final String advice;

    /**
     * A failure.
     *
     * @param message without a full stop
     * @param advice a line that says what to do; empty when there is nothing to say
     */
    public Failure(ExitCode code, String message, String advice) {
        super(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message);
        this.code = code;
        this.advice = advice;
    }

    /** Of a command that the launcher script answers by itself. */
    public static Failure ofLauncher(String command) {
        return new Failure(
                ExitCode.FAILED,
                command + " is answered by bin/workerd, not by the Java program",
                "Use bin/workerd of this installation.");
    }

    public Failure withAdvice(String better) {
        return new Failure(code, String.valueOf(getMessage()), better);
    }

    public ExitCode code() {
        return code;
    }

    public String advice() {
        return advice;
    }
}
