package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Activity;
import org.workerd.job.Grain;
import org.workerd.job.Spread;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Moment;

/**
 * What happened in the last hour, day or month, in equal steps without a gap; the last one is not over yet.
 *
 * @param queue null: all
 */
public record History(Window window, @Nullable String queue, List<Moment> points) {
    private static final double HALF = 0.5;
    private static final double MOST = 0.95;

    /** How far back, and in which steps. */
    public enum Window {
        HOUR("1h", Duration.ofHours(1), Duration.ofMinutes(1), Grain.MINUTE),
        DAY("24h", Duration.ofHours(24), Duration.ofMinutes(15), Grain.MINUTE),
        MONTH("30d", Duration.ofDays(30), Duration.ofHours(6), Grain.HOUR);

        private final String word;
        private final Duration length;
        private final Duration step;
        private final Grain grain;

        Window(String word, Duration length, Duration step, Grain grain) {
            this.word = word;
            this.length = length;
            this.step = step;
            this.grain = grain;
        }

        public String word() {
            return word;
        }

        public Duration step() {
            return step;
        }

        /** The window that is called so. */
        public static Optional<Window> ofWord(String word) {
            return Arrays.stream(values())
                    .filter(window -> window.word.equals(word))
                    .findFirst();
        }

        /** When its first step begins. */
        private Instant begin(Instant now) {
            long millis = step.toMillis();
            long last = now.toEpochMilli() - Math.floorMod(now.toEpochMilli(), millis);
            return Instant.ofEpochMilli(last + millis).minus(length);
        }
    }

    /** As it is kept in the queue. */
    public static History of(JobQueries queries, Window window, @Nullable String queue, Instant now) {
        Instant begin = window.begin(now);
        Map<Instant, Moment> known = queries.history(window.grain, begin, window.step, queue).stream()
                .collect(Collectors.toMap(Moment::at, Function.identity()));
        List<Moment> points = new ArrayList<>();
        for (Instant at = begin; !at.isAfter(now); at = at.plus(window.step)) {
            Moment nothing = new Moment(at, new Activity(), 0);
            points.add(known.getOrDefault(at, nothing));
        }
        return new History(window, queue, List.copyOf(points));
    }

    /** As one object. */
    public void write(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        out.writeStringField("window", window.word());
        document.text("queue", queue);
        out.writeNumberField("step_ms", window.step().toMillis());
        out.writeArrayFieldStart("points");
        for (Moment point : points) {
            write(point, document);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void write(Moment point, Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        document.time("at", point.at());
        for (String outcome : Activity.OUTCOMES) {
            out.writeNumberField(outcome.replace(' ', '_'), point.activity().count(outcome));
        }
        out.writeNumberField("dead", point.activity().dead());
        out.writeNumberField("ready", point.ready());
        write("run_ms", point.activity().ran(), document);
        write("wait_ms", point.activity().waited(), document);
        out.writeEndObject();
    }

    private static void write(String field, Spread spread, Json document) throws IOException {
        JsonGenerator out = document.generator();
        long count = spread.count();
        if (count == 0) {
            out.writeNullField(field);
            return;
        }
        out.writeObjectFieldStart(field);
        out.writeNumberField("mean", spread.millis() / count);
        document.number("p50", orNull(spread.bound(HALF)));
        document.number("p95", orNull(spread.bound(MOST)));
        out.writeEndObject();
    }

    private static @Nullable Long orNull(OptionalLong bound) {
        return bound.isPresent() ? Long.valueOf(bound.getAsLong()) : null;
    }
}
