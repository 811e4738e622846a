package org.workerd.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd bench}. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measure what workerd reaches on this machine, beside what the machine gives.",
            "",
            "It makes a private installation in a scratch directory beside the configured queue, lets its daemons run"
                    + " real jobs there, and removes it. The configured queue and its daemon are not touched, but share"
                    + " the disk: what they do meanwhile shows in the figures. It takes up to three minutes and 1 GiB.",
            "",
            "Each figure is the median of repeats and stands beside its limit, taken in the same run: what a bare loop"
                    + " of SQL or a bare tool reaches, which promises nothing. RATIO is ours to the limit's.",
            "",
            "Jobs a second are from the first job's start to the last one's end; the jobs wait until all are let go."
                    + " Pick-up is from the moment at which a job's writer knows that it is stored until the handler's"
                    + " first instruction; a program's is in a script, so the start of /bin/sh is in it. CPU a program"
                    + " job is the program's and the daemon's; kill -9 to rerun ends with the job's first instruction."
        },
        footer = {"", "Examples:", "  workerd bench", "  workerd bench --json >figures.json"})
final class RunBench implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document, with every repeat")
    boolean json;

    @Option(names = "--quick", description = "in seconds, only to see that all can be measured")
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
