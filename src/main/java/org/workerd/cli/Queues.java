package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.workerd.daemon.Settings;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd queues}. */
@Command(
        name = "queues",
        sortOptions = false,
        description = "List the queues: what waits and runs there, which are paused, how many jobs may run at once.",
        footer = {"", "Examples:", "  workerd queues", "  workerd queues --json"})
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
        Map<String, Integer> limits = settings.limits().queues();
        Map<String, QueueNumbers> queues = new TreeMap<>();
        try (JobQueries queries = Main.database(settings).openForReading()) {
            queues.putAll(QueueNumbers.of(queries, main.now()));
            boolean allPaused = queries.pauses().contains(JobQueries.ALL_QUEUES);
            limits.keySet().forEach(queue -> queues.putIfAbsent(queue, new QueueNumbers(Map.of(), allPaused, null)));
        }
        if (json) {
            printJson(queues, limits);
        } else if (quiet) {
            queues.keySet().forEach(main.console()::data);
        } else if (queues.isEmpty()) {
            main.console().say("There are no queues: one begins with its first job.");
        } else {
            printTable(queues, limits);
        }
        return 0;
    }

    private void printTable(Map<String, QueueNumbers> queues, Map<String, Integer> limits) {
        Table table = new Table("QUEUE", "STATUS", "READY", "RUNNING", "LIMIT", "WAITING");
        queues.forEach((name, queue) -> table.row(
                name,
                queue.paused() ? "paused" : "served",
                Long.toString(queue.count(JobState.READY)),
                Long.toString(queue.count(JobState.RUNNING)),
                limits.containsKey(name) ? limits.get(name).toString() : "-",
                Long.toString(waiting(queue))));
        main.console().print(table);
    }

    private static long waiting(QueueNumbers queue) {
        return queue.count(JobState.BLOCKED) + queue.count(JobState.SCHEDULED) + queue.count(JobState.RETRYING);
    }

    private void printJson(Map<String, QueueNumbers> queues, Map<String, Integer> limits) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeArrayFieldStart("queues");
            for (Map.Entry<String, QueueNumbers> one : queues.entrySet()) {
                out.writeStartObject();
                out.writeStringField("name", one.getKey());
                out.writeBooleanField("paused", one.getValue().paused());
                out.writeNumberField("ready", one.getValue().count(JobState.READY));
                out.writeNumberField("running", one.getValue().count(JobState.RUNNING));
                out.writeNumberField("waiting", waiting(one.getValue()));
                Integer limit = limits.get(one.getKey());
                if (limit == null) {
                    out.writeNullField("concurrency");
                } else {
                    out.writeNumberField("concurrency", limit);
                }
                out.writeEndObject();
            }
        }
    }
}
