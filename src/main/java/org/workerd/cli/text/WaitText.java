package org.workerd.cli.text;

import java.time.Instant;
import org.workerd.ops.WaitsFor;

/** What a job waits for, as a sentence for people. */
public final class WaitText {
    private WaitText() {}

    /** With when that is over and the command that ends it, where they are known. */
    public static String of(WaitsFor waitsFor, Instant now, boolean atTerminal) {
        Instant until = waitsFor.until();
        String time = until == null ? "" : ", until " + (atTerminal ? Times.local(until) : Times.rfc3339(until));
        String age = until == null || !atTerminal ? "" : " (" + Times.relative(until, now) + ")";
        String command = waitsFor.command() == null ? "" : " (" + waitsFor.command() + ")";
        return waitsFor.detail() + time + age + command;
    }
}
