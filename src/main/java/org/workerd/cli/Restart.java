package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd restart}: the launcher script answers it; this is its help. */
@Command(
        name = "restart",
        description = {
            "Run the installed version of the daemon with the configuration as it is now, in the same process.",
            "Running programs go on and notice nothing. Java handlers may finish within daemon.handover_timeout; then they are"
                    + " interrupted and put back. A version or configuration that would not start is refused, and the daemon"
                    + " goes on as before."
        },
        footer = {"", "Examples:", "  workerd restart", "  workerd restart --drain --timeout 1h30m"})
final class Restart implements Callable<Integer> {
    @Option(
            names = "--now",
            description =
                    "stop and start instead: interrupt running jobs (TERM, then KILL) and put them back; the attempt does"
                            + " not count")
    boolean now;

    @Option(names = "--timeout", paramLabel = "D", description = "stop waiting after this long, and exit with 75")
    @Nullable
    String timeout;

    @Option(
            names = "--drain",
            description =
                    "stop and start instead, once running jobs have finished: for a change of the daemon's user, limits or"
                            + " environment, of daemon.pidfile, daemon.dir or [queue]")
    boolean drain;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("restart");
    }
}
