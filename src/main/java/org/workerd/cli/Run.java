package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.daemon.Daemon;
import org.workerd.daemon.Readiness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd run}: the daemon itself. */
@Command(
        name = "run",
        description = "Run the daemon in the foreground, with its log on stderr.",
        footer = {"", "Examples:", "  workerd run", "  workerd -c demo/workerd.toml run"})
final class Run implements Callable<Integer> {
    private final Main main;

    @Option(names = "--ready-descriptor", hidden = true, description = "detached: where to report that it is ready")
    @Nullable
    Integer readyDescriptor;

    @Option(names = "--log", description = "log to log.file instead: for supervisors that do not keep stderr")
    boolean logsToFile;

    Run(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws Exception {
        Readiness readiness = new Readiness(readyDescriptor);
        try {
            return new Daemon(main.config, readiness, logsToFile).run();
        } catch (Exception failure) {
            readiness.failed(Failures.of(failure).code().status());
            throw failure;
        }
    }
}
