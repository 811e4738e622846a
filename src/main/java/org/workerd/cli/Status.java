package org.workerd.cli;

import java.util.concurrent.Callable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd status}: the launcher script answers it; this is its help. */
@Command(
        name = "status",
        description = "Show whether the daemon is running, and which jobs it runs.",
        footer = {
            "",
            "Examples:",
            "  workerd status",
            "  workerd status --json",
            "",
            "Exit status: 0 running, 1 dead but the pidfile exists, 3 stopped, 4 unknown."
        })
final class Status implements Callable<Integer> {
    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the pid only")
    boolean quiet;

    @Option(names = "--pidfile", description = "print the path of the pidfile")
    boolean pidfile;

    @Override
    public Integer call() {
        throw Failure.ofLauncher("status");
    }
}
