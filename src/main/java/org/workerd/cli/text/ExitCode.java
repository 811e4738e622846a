package org.workerd.cli.text;

/** What the program's exit status tells scripts; the numbers are those of LSB and sysexits where these have one. */
public enum ExitCode {
    DONE(0),
    FAILED(1),
    USAGE(2),
    NOT_PERMITTED(4),
    CONFIGURATION(6),
    NOT_RUNNING(7),
    BUG(70),
    /** Done, but what it printed about that did not reach stdout. */
    UNTOLD(73),
    IO_ERROR(74),
    TRY_AGAIN(75),
    /** Of {@code wait}, {@code enqueue --wait} and {@code try}: the job, or the wait for it, took too long. */
    TIMED_OUT(124),
    /** Of the same: the job was cancelled, or never ran. */
    NEVER_RAN(125);

    /** Of the same, plus the number of the signal that ended the job. */
    public static final int SIGNALLED = 128;

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
