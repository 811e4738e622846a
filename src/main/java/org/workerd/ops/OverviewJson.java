package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.workerd.job.JobState;
import org.workerd.store.JobView;

/** An overview as JSON, with the keys of a job where it speaks of jobs. */
final class OverviewJson {
    private final Overview overview;
    private final Json document;
    private final JsonGenerator out;

    OverviewJson(Overview overview, Json document) {
        this.overview = overview;
        this.document = document;
        this.out = document.generator();
    }

    /** As one object. */
    void write(Instant now) throws IOException {
        out.writeStartObject();
        document.time("at", now);
        counts();
        new Counts(Map.of(), overview.daemons()).writeDaemons(document);
        out.writeArrayFieldStart("running");
        for (JobView job : overview.running()) {
            running(job);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("failed");
        for (JobView job : overview.failed()) {
            failed(job);
        }
        out.writeEndArray();
        overview.queues().writeQueues(document);
        out.writeObjectFieldStart("done_per_minute");
        for (Map.Entry<String, Long> queue : overview.perMinute().entrySet()) {
            out.writeNumberField(queue.getKey(), queue.getValue());
        }
        out.writeEndObject();
        ScheduleView.writeCron(overview.schedules(), now, document);
        out.writeEndObject();
    }

    private void counts() throws IOException {
        out.writeObjectFieldStart("jobs");
        for (Map.Entry<JobState, Long> count : overview.counts().entrySet()) {
            out.writeNumberField(count.getKey().word(), count.getValue());
        }
        out.writeEndObject();
        out.writeNumberField("died_last_24h", overview.dead().count());
    }

    private void running(JobView job) throws IOException {
        begin(job);
        document.progress(job.progress());
        document.text("last_line", overview.lastLines().get(job.id()));
        out.writeEndObject();
    }

    private void failed(JobView job) throws IOException {
        begin(job);
        document.time("finished_at", job.finishedAt());
        document.time("run_at", job.runAt());
        document.number("exit_code", job.exitCode());
        document.number("signal", job.signal());
        document.text("error", job.error());
        out.writeEndObject();
    }

    private void begin(JobView job) throws IOException {
        out.writeStartObject();
        out.writeNumberField("id", job.id());
        out.writeStringField("name", job.name());
        document.strings("args", job.args());
        out.writeStringField("queue", job.queue());
        out.writeStringField("state", job.state().word());
        out.writeNumberField("attempt", job.attempt());
        document.time("started_at", job.startedAt());
    }
}
