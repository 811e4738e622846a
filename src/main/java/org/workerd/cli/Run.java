package org.workerd.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.daemon.Daemon;
import org.workerd.daemon.Readiness;
import org.workerd.daemon.handover.Check;
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

    @Option(
            names = "--check",
            hidden = true,
            description = "asked by a daemon that runs: could this version take over?")
    @Nullable
    String check;

    @Option(
            names = "--adopt",
            hidden = true,
            description = "in a daemon's process: what the version before this one left")
    @Nullable
    Integer adopt;

    Run(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws Exception {
        if (check != null) {
            Check.run(main.config, check, new FileOutputStream(FileDescriptor.out));
            return 0;
        }
        Readiness readiness = new Readiness(readyDescriptor);
        try {
            return new Daemon(main.config, readiness, logsToFile, adopt).run();
        } catch (Exception failure) {
            readiness.failed(Failures.of(failure).code().status());
            throw failure;
        }
    }
}
