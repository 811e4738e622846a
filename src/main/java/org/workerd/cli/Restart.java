package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd restart}: the launcher script answers it; this is its help. */
@Command(
        name = "restart",
        description = "Stop the daemon, let running jobs finish, and start it again.",
        footer = {"", "Examples:", "  workerd restart", "  workerd restart --timeout 1h30m"})
final class Restart implements Callable<Integer> {
    @Option(
            names = "--now",
            description = "interrupt running jobs (TERM, then KILL) and put them back; the attempt does not count")
    boolean now;

    @Option(names = "--timeout", paramLabel = "D", description = "stop waiting after this long, and exit with 75")
    @Nullable
    String timeout;

    @Option(names = "--drain", description = "let running jobs finish first (the default)")
    boolean drain;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("restart");
    }
}
