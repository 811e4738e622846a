package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.CronEntry;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.CronView;

/**
 * A schedule of the configuration as people see it: with what it did last, and whether its jobs can run.
 *
 * @param last what the queue knows of it; null: nothing
 * @param served a daemon is there
 * @param objection why its jobs cannot run
 */
public record ScheduleView(CronEntry entry, @Nullable CronView last, boolean served, Optional<String> objection) {
    /** In the order of the entries; without questions there is no queue yet. */
    public static List<ScheduleView> of(List<CronEntry> entries, Optional<JobQueries> queries, HandlerView handlers) {
        Map<String, CronView> known = queries.map(JobQueries::cron).orElse(Map.of());
        boolean served = queries.map(some -> !LiveDaemons.of(some).isEmpty()).orElse(false);
        return entries.stream()
                .map(entry -> new ScheduleView(
                        entry,
                        known.get(entry.id()),
                        served,
                        handlers.objection(entry.job().name())))
                .toList();
    }

    public boolean enabled() {
        return last == null || last.enabled();
    }

    /** Empty: never, or not while it is disabled. */
    public Optional<Instant> next(Instant now) {
        return enabled() ? entry.next(now) : Optional.empty();
    }

    /** How its last job ended; empty: there was none, it has not ended, or it is kept no longer. */
    public Optional<JobState> outcome() {
        return Optional.ofNullable(last).map(CronView::state).filter(JobState::isFinal);
    }

    /** The daemon has not read the configuration since it was changed, or goes by the clocks of another zone. */
    public boolean isBehind(Instant now) {
        return served && (last == null || !entry.hasTiming(last.timing(), now));
    }

    /** All of them as one object. */
    public static void write(List<ScheduleView> schedules, Instant now, Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        writeCron(schedules, now, document);
        out.writeEndObject();
    }

    /** All of them as a field of the object that is open. */
    static void writeCron(List<ScheduleView> schedules, Instant now, Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeArrayFieldStart("cron");
        for (ScheduleView schedule : schedules) {
            schedule.write(now, document);
        }
        out.writeEndArray();
    }

    private void write(Instant now, Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        out.writeStringField("id", entry.id());
        out.writeStringField("schedule", entry.schedule().text());
        out.writeStringField("timezone", entry.zone().getId());
        out.writeStringField("handler", entry.job().name());
        document.text("handler_objection", objection.orElse(null));
        out.writeBooleanField("enabled", enabled());
        document.template(entry.job());
        out.writeStringField("missed", word(entry.missed()));
        out.writeStringField("overlap", word(entry.overlap()));
        document.lastRun(last);
        document.text("last_outcome", outcome().map(JobState::word).orElse(null));
        document.time("next_run", next(now).orElse(null));
        out.writeEndObject();
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
