package org.workerd.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd bench}. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measure workerd's throughput and latency on this machine.",
            "",
            "The bench creates a private installation in a scratch directory beside the configured queue, runs real"
                    + " jobs there, and removes it. It does not touch the configured queue and its daemon, but shares the"
                    + " disk with them, so their load affects the figures. It needs up to three minutes and 1 GiB.",
            "",
            "With PostgreSQL it measures that server, in a schema of its own: what storing, claiming and finishing jobs"
                    + " comes to from here.",
            "",
            "Each figure is the median of several repeats, beside a limit measured in the same run: a bare loop of SQL"
                    + " or a bare tool that gives no guarantees. RATIO is workerd's figure divided by the limit.",
            "",
            "Throughput is measured from the start of the first job to the end of the last; all jobs are stored before"
                    + " the first starts. Pick-up is the time from the moment at which the writer knows that the job is"
                    + " stored to the first instruction of the handler; a program's includes the start of /bin/sh. CPU"
                    + " per program job includes the program and the daemon; kill -9 to rerun ends with the job's first"
                    + " instruction."
        },
        footer = {"", "Examples:", "  workerd bench", "  workerd bench --json >figures.json"})
final class RunBench implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document, with every repeat")
    boolean json;

    @Option(names = "--quick", description = "a run of seconds, only to check that everything can be measured")
    boolean quick;

    RunBench(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws Exception {
        // A class that only this command has on its class path.
        return new BenchRun(main, json, quick).measure(home());
    }

    private static Path home() {
        String home = System.getProperty("workerd.home");
        if (home == null) {
            throw Failure.ofLauncher("bench");
        }
        return Path.of(home);
    }
}
