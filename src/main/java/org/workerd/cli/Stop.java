package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd stop}: the launcher script answers it; this is its help. */
@Command(
        name = "stop",
        description = "Stop the daemon: it claims nothing more, finishes what runs, and is gone when this returns.",
        footer = {"", "Examples:", "  workerd stop", "  workerd stop --now"})
final class Stop implements Callable<Integer> {
    @Option(names = "--now", description = "end what runs (TERM, grace, KILL) and put it back, its attempt given back")
    boolean now;

    @Option(names = "--timeout", paramLabel = "D", description = "stop waiting after this long, with exit status 75")
    @Nullable
    String timeout;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("stop");
    }
}
