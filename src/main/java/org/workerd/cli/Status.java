package org.workerd.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.ops.Counts;
import org.workerd.ops.Json;
import org.workerd.ops.LiveDaemons;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd status}: of all daemons; of the one of this installation the launcher script tells, and this is its help. */
@Command(
        name = "status",
        description = "Show whether the daemon is running, and which jobs it runs.",
        footer = {
            "",
            "Examples:",
            "  workerd status",
            "  workerd status --json",
            "  workerd status --all",
            "",
            "Exit status: 0 running, 1 dead but the pidfile exists, 3 stopped, 4 unknown."
        })
final class Status implements Callable<Integer> {
    private static final int STOPPED = 3;

    private final Main main;

    @Option(names = "--all", description = "all daemons of the queue, on all machines")
    boolean all;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the pid only")
    boolean quiet;

    @Option(names = "--pidfile", description = "print the path of the pidfile")
    boolean pidfile;

    Status(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        if (!all) {
            throw Failure.ofLauncher("status");
        }
        if (pidfile) {
            throw Usage.wrong("status", "--all and --pidfile exclude each other");
        }
        Settings settings = main.settings().settings();
        List<DaemonView> daemons;
        try (JobQueries queries = main.read(settings)) {
            daemons = LiveDaemons.of(queries);
        }
        if (json) {
            try (Json document = new Json(main.console().data())) {
                document.generator().writeStartObject();
                new Counts(Map.of(), daemons).writeDaemons(document);
                document.generator().writeEndObject();
            }
        } else if (quiet) {
            daemons.forEach(daemon -> main.console().data(Long.toString(daemon.pid())));
        } else if (daemons.isEmpty()) {
            main.console().say("No daemon serves this queue. Start one: workerd start");
        } else {
            main.console().print(Stats.daemons(main, daemons));
        }
        return daemons.isEmpty() ? STOPPED : 0;
    }
}
