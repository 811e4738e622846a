package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.Rate;
import org.workerd.ops.WaitReasons;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd queues}. */
@Command(
        name = "queues",
        sortOptions = false,
        description =
                "List the queues: what waits and runs there, which are paused, how many jobs may run at once and start in a time.",
        footer = {
            "",
            "STATUS is unserved while no daemon takes jobs. NOTE is why the oldest ready job",
            "of the queue is not started.",
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
        Limits limits = settings.limits();
        Map<String, QueueNumbers> queues = new TreeMap<>();
        Map<String, WaitsFor> waits = new TreeMap<>();
        boolean served = false;
        try (JobQueries queries = Main.engine(settings).openForReading()) {
            queues.putAll(QueueNumbers.of(queries, main.now()));
            boolean allPaused = queries.pauses().contains(JobQueries.ALL_QUEUES);
            configured(limits).forEach(queue -> queues.putIfAbsent(queue, new QueueNumbers(allPaused)));
            if (!quiet) {
                WaitReasons reasons = main.waitReasons(settings, queries);
                served = reasons.isServed();
                queues.forEach((queue, numbers) -> Optional.ofNullable(numbers.oldestReadyJob())
                        .flatMap(queries::find)
                        .flatMap(reasons::of)
                        .ifPresent(reason -> waits.put(queue, reason)));
            }
        }
        if (json) {
            printJson(queues, waits, limits);
        } else if (quiet) {
            queues.keySet().forEach(main.console()::data);
        } else if (queues.isEmpty()) {
            main.console().say("There are no queues: one begins with its first job.");
        } else {
            printTable(queues, waits, limits, served);
        }
        return 0;
    }

    private void printTable(
            Map<String, QueueNumbers> queues, Map<String, WaitsFor> waits, Limits limits, boolean served) {
        Table table = new Table("QUEUE", "STATUS", "READY", "RUNNING", "LIMIT", "PRIORITY", "WAITING", "NOTE");
        queues.forEach((name, queue) -> table.row(
                name,
                queue.paused() ? "paused" : served ? "served" : "unserved",
                Long.toString(queue.count(JobState.READY)),
                Long.toString(queue.count(JobState.RUNNING)),
                limit(limits, name),
                Integer.toString(limits.priority(name)),
                Long.toString(waiting(queue)),
                note(waits.get(name))));
        main.console().print(table);
    }

    private String note(@Nullable WaitsFor waitsFor) {
        return waitsFor == null
                ? ""
                : WaitText.of(waitsFor, main.now(), main.console().isTerminal());
    }

    /** Those that the configuration speaks of. */
    static Set<String> configured(Limits limits) {
        Set<String> queues = new TreeSet<>(limits.queues().concurrency().keySet());
        queues.addAll(limits.queues().rates().keySet());
        queues.addAll(limits.priorities().keySet());
        return queues;
    }

    private static String limit(Limits limits, String queue) {
        String both = Stream.of(
                        limits.queues().concurrency().get(queue),
                        limits.queues().rates().get(queue))
                .filter(Objects::nonNull)
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        return both.isEmpty() ? "-" : both;
    }

    private static long waiting(QueueNumbers queue) {
        return queue.count(JobState.BLOCKED) + queue.count(JobState.SCHEDULED) + queue.count(JobState.RETRYING);
    }

    private void printJson(Map<String, QueueNumbers> queues, Map<String, WaitsFor> waits, Limits limits)
            throws IOException {
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
                Integer concurrency = limits.queues().concurrency().get(one.getKey());
                if (concurrency == null) {
                    out.writeNullField("concurrency");
                } else {
                    out.writeNumberField("concurrency", concurrency);
                }
                Rate rate = limits.queues().rates().get(one.getKey());
                out.writeStringField("rate", rate == null ? null : rate.toString());
                out.writeNumberField("priority", limits.priority(one.getKey()));
                document.waitsFor(waits.get(one.getKey()));
                out.writeEndObject();
            }
        }
    }
}
