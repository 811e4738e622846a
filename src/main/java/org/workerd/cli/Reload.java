package org.workerd.cli;

import java.util.concurrent.Callable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;

/** {@code workerd reload}: the launcher script answers it; this is its help. */
@Command(
        name = "reload",
        description = "Reload the daemon's configuration and reopen its log.",
        footer = {"", "Examples:", "  workerd reload", "  workerd -c demo/workerd.toml reload"})
final class Reload implements Callable<Integer> {
    @Override
    public Integer call() {
        throw Failure.ofLauncher("reload");
    }
}
