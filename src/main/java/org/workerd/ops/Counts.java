package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries.DaemonView;

/** How many jobs there are, by queue and state, and who serves them. */
public record Counts(Map<String, QueueNumbers> queues, List<DaemonView> daemons) {
    public Counts {
        daemons = List.copyOf(daemons);
    }

    /** As one object. */
    public void write(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        out.writeObjectFieldStart("queues");
        for (Map.Entry<String, QueueNumbers> one : queues.entrySet()) {
            out.writeObjectFieldStart(one.getKey());
            for (JobState state : JobState.values()) {
                out.writeNumberField(state.word(), one.getValue().count(state));
            }
            out.writeBooleanField("paused", one.getValue().paused());
            Duration oldest = one.getValue().oldestReady();
            out.writeNumberField("oldest_ready_age_ms", oldest == null ? 0 : oldest.toMillis());
            out.writeEndObject();
        }
        out.writeEndObject();
        writeDaemons(document);
        out.writeEndObject();
    }

    /** As a field of the object that is open. */
    public void writeDaemons(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeArrayFieldStart("daemons");
        for (DaemonView daemon : daemons) {
            out.writeStartObject();
            out.writeNumberField("pid", daemon.pid());
            out.writeStringField("host", daemon.host());
            out.writeNumberField("slots", daemon.slots());
            out.writeNumberField("busy", daemon.busy());
            out.writeStringField("started_at", Rfc3339.format(daemon.startedAt()));
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
