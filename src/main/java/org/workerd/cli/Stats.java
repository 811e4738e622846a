package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Span;
import org.workerd.ops.Counts;
import org.workerd.ops.Json;
import org.workerd.ops.LiveDaemons;
import org.workerd.ops.QueueNumbers;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd stats}. */
@Command(
        name = "stats",
        sortOptions = false,
        description = "Show the number of jobs per state, and the daemons.",
        footer = {"", "Examples:", "  workerd stats", "  workerd stats --json"})
final class Stats implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "only the names of the queues")
    boolean quiet;

    Stats(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        Map<String, QueueNumbers> queues;
        List<DaemonView> daemons;
        try (JobQueries queries = main.read(settings)) {
            queues = QueueNumbers.of(queries, main.now());
            daemons = LiveDaemons.of(queries);
        }
        if (json) {
            try (Json document = new Json(main.console().data())) {
                new Counts(queues, daemons).write(document);
            }
        } else if (quiet) {
            queues.keySet().forEach(main.console()::data);
        } else {
            printQueues(queues);
            printDaemons(daemons);
        }
        return 0;
    }

    private void printQueues(Map<String, QueueNumbers> queues) {
        if (queues.isEmpty()) {
            main.console().say("There are no jobs. Store one: workerd enqueue NAME");
            return;
        }
        List<String> headers = new ArrayList<>(List.of("QUEUE"));
        Stream.of(JobState.values()).map(JobState::name).forEach(headers::add);
        headers.add("OLDEST");
        Table table = new Table(headers.toArray(String[]::new));
        queues.forEach((name, queue) -> {
            List<String> row = new ArrayList<>(List.of(name));
            Stream.of(JobState.values()).map(queue::count).map(String::valueOf).forEach(row::add);
            Duration oldest = queue.oldestReady();
            String age = oldest == null ? "-" : Span.brief(oldest);
            row.add(queue.paused() ? age + " (paused)" : age);
            table.row(row.toArray(String[]::new));
        });
        main.console().print(table);
    }

    private void printDaemons(List<DaemonView> daemons) {
        if (daemons.isEmpty()) {
            main.console().say("No daemon serves this queue. Start one: workerd start");
            return;
        }
        main.console().data("");
        main.console().print(daemons(main, daemons));
    }

    /** A line each. */
    static Table daemons(Main main, List<DaemonView> daemons) {
        Table table = new Table("DAEMON", "HOST", "BUSY", "STARTED");
        daemons.forEach(daemon -> table.row(
                Long.toString(daemon.pid()),
                daemon.host(),
                daemon.busy() + "/" + daemon.slots(),
                main.console().isTerminal()
                        ? Times.relative(daemon.startedAt(), main.now())
                        : Times.rfc3339(daemon.startedAt())));
        return table;
    }
}
