package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd stop}: the launcher script answers it; this is its help. */
@Command(
        name = "stop",
        description = "Stop the daemon, and wait until its running jobs have finished.",
        footer = {"", "Examples:", "  workerd stop", "  workerd stop --now"})
final class Stop implements Callable<Integer> {
    @Option(
            names = "--now",
            description = "interrupt running jobs (TERM, then KILL) and put them back; the attempt does not count")
    boolean now;

    @Option(names = "--timeout", paramLabel = "D", description = "stop waiting after this long, and exit with 75")
    @Nullable
    String timeout;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("stop");
    }
}
