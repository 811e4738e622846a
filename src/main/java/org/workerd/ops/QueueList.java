package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.Rate;
import org.workerd.store.JobQueries;

/**
 * The queues that have or had jobs, that are paused, or that the configuration speaks of.
 *
 * @param waits why the oldest ready job of a queue is not started
 */
public record QueueList(Map<String, QueueNumbers> queues, Map<String, WaitsFor> waits, Limits limits) {
    /** As they are now, without the reasons. */
    public static QueueList of(JobQueries queries, Limits limits, Instant now) {
        Map<String, QueueNumbers> queues = new TreeMap<>(QueueNumbers.of(queries, now));
        Map<String, Instant> pauses = queries.pauses();
        configured(limits)
                .forEach(queue -> queues.putIfAbsent(queue, new QueueNumbers(JobQueries.pausedSince(pauses, queue))));
        return new QueueList(queues, Map.of(), limits);
    }

    /** With the reasons. */
    public QueueList with(WaitReasons reasons, JobQueries queries) {
        Map<String, WaitsFor> found = new TreeMap<>();
        queues.forEach((queue, numbers) -> Optional.ofNullable(numbers.oldestReadyJob())
                .flatMap(queries::find)
                .flatMap(reasons::of)
                .ifPresent(reason -> found.put(queue, reason)));
        return new QueueList(queues, found, limits);
    }

    /** Those that the configuration speaks of. */
    public static Set<String> configured(Limits limits) {
        Set<String> queues = new TreeSet<>(limits.queues().concurrency().keySet());
        queues.addAll(limits.queues().rates().keySet());
        queues.addAll(limits.priorities().keySet());
        return queues;
    }

    /** How many of this queue may run at once, and may start in a period, as the configuration writes it. */
    public Optional<String> limitsOf(String queue) {
        String both = Stream.of(
                        limits.queues().concurrency().get(queue),
                        limits.queues().rates().get(queue))
                .filter(Objects::nonNull)
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        return both.isEmpty() ? Optional.empty() : Optional.of(both);
    }

    /** As one object. */
    public void write(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        writeQueues(document);
        out.writeEndObject();
    }

    /** As a field of the object that is open. */
    void writeQueues(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeArrayFieldStart("queues");
        for (Map.Entry<String, QueueNumbers> one : queues.entrySet()) {
            write(one.getKey(), one.getValue(), document);
        }
        out.writeEndArray();
    }

    private void write(String name, QueueNumbers numbers, Json document) throws IOException {
        JsonGenerator out = document.generator();
        Rate rate = limits.queues().rates().get(name);
        out.writeStartObject();
        out.writeStringField("name", name);
        out.writeBooleanField("paused", numbers.paused());
        document.time("paused_since", numbers.pausedSince());
        out.writeNumberField("ready", numbers.count(JobState.READY));
        out.writeNumberField("running", numbers.count(JobState.RUNNING));
        out.writeNumberField("waiting", numbers.waiting());
        document.number("concurrency", limits.queues().concurrency().get(name));
        document.text("rate", rate == null ? null : rate.toString());
        out.writeNumberField("priority", limits.priority(name));
        document.waitsFor(waits.get(name));
        out.writeEndObject();
    }
}
