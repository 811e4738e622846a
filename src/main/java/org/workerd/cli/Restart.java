package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd restart}: the launcher script answers it; this is its help. */
@Command(
        name = "restart",
        description = "Stop the daemon, then start it again; its jobs end first.",
        footer = {"", "Examples:", "  workerd restart", "  workerd restart --timeout 1h30m"})
final class Restart implements Callable<Integer> {
    @Option(names = "--now", description = "end what runs (TERM, grace, KILL) and put it back, its attempt given back")
    boolean now;

    @Option(names = "--timeout", paramLabel = "D", description = "stop waiting after this long, with exit status 75")
    @Nullable
    String timeout;

    @Option(names = "--drain", description = "let what runs end first, as it does without this option too")
    boolean drain;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("restart");
    }
}
