package org.workerd.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.WaitText;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.ops.Json;
import org.workerd.ops.QueueList;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.WaitReasons;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd queues}. */
@Command(
        name = "queues",
        sortOptions = false,
        description = "List the queues with their jobs, limits and pauses.",
        footer = {
            "",
            "STATUS is unserved while no daemon serves the queue. NOTE is why the oldest",
            "ready job of the queue is not started.",
            "",
            "Examples:",
            "  workerd queues",
            "  workerd queues --json"
        })
final class Queues implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the names only")
    boolean quiet;

    Queues(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        QueueList list;
        boolean served = false;
        try (JobQueries queries = main.read(settings)) {
            QueueList found = QueueList.of(queries, settings.limits(), main.now());
            if (quiet) {
                list = found;
            } else {
                WaitReasons reasons = main.waitReasons(settings, queries);
                served = reasons.isServed();
                list = found.with(reasons, queries);
            }
        }
        Map<String, QueueNumbers> queues = list.queues();
        if (json) {
            try (Json document = new Json(main.console().data())) {
                list.write(document);
            }
        } else if (quiet) {
            queues.keySet().forEach(main.console()::data);
        } else if (queues.isEmpty()) {
            main.console()
                    .say(
                            "There are no queues yet. A queue is created with its first job: workerd enqueue NAME --queue Q");
        } else {
            printTable(list, served);
        }
        return 0;
    }

    private void printTable(QueueList list, boolean served) {
        Table table = new Table("QUEUE", "STATUS", "READY", "RUNNING", "LIMIT", "PRIORITY", "WAITING", "NOTE");
        list.queues()
                .forEach((name, queue) -> table.row(
                        name,
                        queue.paused() ? "paused" : served ? "served" : "unserved",
                        Long.toString(queue.count(JobState.READY)),
                        Long.toString(queue.count(JobState.RUNNING)),
                        list.limitsOf(name).orElse("-"),
                        Integer.toString(list.limits().priority(name)),
                        Long.toString(queue.waiting()),
                        note(list.waits().get(name))));
        main.console().print(table);
    }

    private String note(@Nullable WaitsFor waitsFor) {
        return waitsFor == null
                ? ""
                : WaitText.of(waitsFor, main.now(), main.console().isTerminal());
    }
}
